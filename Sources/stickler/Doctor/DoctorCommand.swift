import CommandLineKit
import JSONText
import System

/// `stickler doctor`: whether this machine can capture, and what a capture on it would not see.
enum DoctorCommand {
  enum Format: String, CaseIterable, Sendable { case text, json }

  static let format = Option("format", short: "f", .choice, default: Format.text, "how to print it")

  static let command = Command(
    "doctor",
    summary: "can this machine capture, and what would it not see?",
    discussion: """
      Looks at permissions, libpcap, the clock, interfaces and their drops, connection tracking, and at the traces that \
      service proxies leave (iptables, nftables, IPVS, eBPF), and says what each means for a capture. It changes nothing. \
      It ends with 3 where nothing can be captured.
      """,
    options: [format],
    examples: [
      Command.Example("this machine", "stickler doctor"),
      Command.Example("for a program", "stickler doctor --format json"),
    ],
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    let checks = diagnosis(of: HostFacts.gather())
    switch try arguments[format] {
    case .text: try print(checks, &console)
    case .json: try printJSON(checks, &console)
    }
    return checks.contains { $0.state == .bad } ? .failure : .pass
  }

  private static func print(_ checks: [Check], _ console: inout Console) throws(Failure) {
    let width = console.terminal.isTerminal ? console.terminal.width : 100
    let style = console.style
    for check in checks {
      let (mark, emphasis) = check.state.mark
      let lines = wrapped(check.text, to: max(30, width - 20))
      for (index, line) in lines.enumerated() {
        let label =
          index == 0
          ? style(emphasis, mark.padded(to: 6)) + check.topic.padded(to: 14)
          : String(repeating: " ", count: 20)
        try console.out.line(label + line)
      }
    }
  }

  private static func printJSON(_ checks: [Check], _ console: inout Console) throws(Failure) {
    var writer = JSONWriter(.pretty)
    writer.beginObject()
    writer.member("schema", "stickler.doctor/1")
    writer.member("can_capture", !checks.contains { $0.state == .bad })
    writer.key("checks")
    writer.beginArray()
    for check in checks {
      writer.beginObject()
      writer.member("topic", check.topic)
      writer.member("state", check.state.rawValue)
      writer.member("text", check.text)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    writer.newline()
    try console.out.write(bytes: writer.drain())
  }
}

extension Check.State {
  fileprivate var mark: (text: String, emphasis: Style.Emphasis) {
    switch self {
    case .good: ("ok", .green)
    case .warning: ("note", .yellow)
    case .bad: ("NO", .red)
    case .unknown: ("?", .dim)
    }
  }
}
