import CaptureFiles
import CommandLineKit
import Correlation
import LiveCapture
import Replay

/// `stickler legs`: what addresses datagrams wore where, straight from the captures.
enum LegsCommand {
  enum Format: String, CaseIterable, Sendable { case text, json, csv }

  static let format = Option(
    "format",
    short: "f",
    .choice,
    default: Format.text,
    "how to print the legs"
  )
  static let filter = Option("filter", .text("BPF"), "read only what this tcpdump filter matches")
  static let top = Option("top", short: "n", .integer(in: 1...Int.max), "only the first N legs")
  static let sort = Option("sort", .choice("KEY"), default: LegOrder.bytes, "what comes first")

  static let command = Command(
    "legs",
    summary: "list who sent datagrams to whom, at every node and interface",
    discussion: """
      A leg is a directional 5-tuple at a node: the addresses that a datagram wore there. It is listed once for every \
      vantage (interface and direction) that saw it, with its packets, the bytes of their frames on the wire, when the \
      first and the last one passed, and their TTLs. What travels in a tunnel (VXLAN, Geneve, GRE, IPIP) is listed \
      beside the tunnel's own leg. Later fragments and ICMP errors carry no ports of their own and are counted below \
      the table. All times are UTC.
      """,
    options: [format, sort, top, filter, NodeFiles.node],
    arguments: [NodeFiles.files],
    examples: [
      Command.Example("the ten busiest legs of three nodes", "stickler legs --top 10 n?.pcap"),
      Command.Example(
        "as it is captured",
        "tcpdump -i any -U -w - udp | stickler legs --node n1=-"
      ),
      Command.Example(
        "one service, for a spreadsheet",
        "stickler legs --filter 'port 20001' -f csv n1.pcap"
      ),
    ],
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    let nodes = try NodeFiles.read(arguments)
    var filters: FilterSet?
    if let expression = try arguments[filter] {
      do {
        filters = try FilterSet(checking: expression)
      } catch {
        throw Failure(error.description)
      }
    }
    var counted: [NodeLegs] = []
    for node in nodes {
      let progress = console.progressBar(node.node, total: CaptureWalk.totalLength(of: node.paths))
      counted.append(NodeLegs.read(node, filter: filters, progress: progress))
    }
    for warning in counted.flatMap(\.warnings) { console.warn(warning.description) }

    let listing = LegListing(counted, by: try arguments[sort], top: try arguments[top])
    switch try arguments[format] {
    case .text: try listing.writeText(to: &console)
    case .json: try listing.writeJSON(to: &console)
    case .csv: try listing.writeCSV(to: &console)
    }
    let failures = counted.flatMap(\.failures)
    guard let last = failures.last else { return .pass }
    try console.out.flush()
    for failure in failures.dropLast() { console.report(failure.description) }
    throw Failure(last.description)
  }
}
