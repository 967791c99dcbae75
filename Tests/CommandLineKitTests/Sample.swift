import CommandLineKit

/// A program that has one of everything.
enum Sample {
  enum Format: String, CaseIterable, Sendable { case text, json, csv }

  static let format = Option("format", short: "f", .choice, default: Format.text, "how to print")
  static let filter = Option("filter", .text("BPF"), "which packets to read")
  static let node = Option(
    repeating: "node",
    short: "n",
    .pair(.text("NAME"), .file),
    environment: "NODES",
    "the node of a file"
  )
  static let top = Option("top", .integer(in: 1...1_000), default: 10, "how many rows")
  static let follow = Option(flag: "follow", short: "F", environment: "FOLLOW", "keep reading")
  static let quiet = Option(flag: "quiet", short: "q", "say nothing")
  static let window = Option(
    "window",
    .duration(in: .milliseconds(1)...(.seconds(60))),
    default: .seconds(2),
    environment: "WINDOW",
    "how far apart two sightings may be"
  )
  static let ring = Option("ring", .bytes(), default: 64 << 20, "how much to keep")
  static let ports = Option("udp", .list(of: .port), default: [20_001], environment: "UDPPORT", "…")
  static let files = Argument(repeating: "FILE", .file, "captures to read; - is standard input")
  static let mode = Argument(optional: "MODE", .text, "the failure mode")

  static let legs = Command(
    "legs",
    summary: "list the legs of captures",
    discussion: "A leg is a directional 5-tuple at a node.\n\n  n1 → n2\n\nIt's *that*.",
    options: [format, filter, node, top, follow, quiet, window, ring, ports],
    arguments: [files],
    examples: [.init("the ten busiest legs", "sample legs --top 10 n1.pcap.gz")],
    body: print
  )

  static let explain = Command(
    "explain",
    summary: "tell what a failure mode is",
    arguments: [mode],
    examples: [.init("the flushed table", "sample explain A2")],
    body: print
  )

  static let root = Command(
    "sample",
    summary: "show how a command line is read",
    version: "1.2.3",
    options: [Option<WhenToShow>.progress],
    examples: [.init("a first look", "sample legs n1.pcap")],
    subcommands: [legs, explain]
  )

  static func print(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    try console.out.line("format \(arguments[format]), top \(arguments[top])")
    return .pass
  }
}
