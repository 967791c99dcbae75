import CommandLineKit
import Companions
import JSONText
import Wire

/// What the clients saw, and what it amounts to.
struct AffinityReport {
  private let records: [ClientRecord]
  private let configuration: ClientRunner.Configuration
  private let strangers: UInt64
  private let misdirected: UInt64
  private let misdirection: Endpoint?
  let verdict: ExitCode
  let reason: String

  init(
    _ runner: ClientRunner,
    _ configuration: ClientRunner.Configuration,
    maximumLoss: Double?
  ) {
    let records = runner.records
    strangers = runner.strangers
    misdirected = runner.misdirected
    misdirection = runner.misdirection
    self.records = records
    self.configuration = configuration
    let wrongSource = misdirection.map {
      "\(runner.misdirected) answers came from \($0), not from \(configuration.target): "
        + "C5 reply-wrong-source"
    }
    (verdict, reason) =
      wrongSource.map { (.violation, $0) } ?? Self.judge(records, configuration, maximumLoss)
  }

  private static func judge(
    _ records: [ClientRecord],
    _ configuration: ClientRunner.Configuration,
    _ maximumLoss: Double?
  ) -> (ExitCode, String) {
    let podChanges = records.count { $0.podChanges > 0 }
    let reflectiveChanges = records.count { $0.reflectiveChanges > 0 }
    if podChanges > 0 {
      return (.violation, "\(podChanges) of \(records.count) clients changed pod")
    }
    if reflectiveChanges > 0 {
      return (
        .violation, "\(reflectiveChanges) of \(records.count) clients changed reflective address"
      )
    }
    let sent = records.reduce(0) { $0 + $1.sent }
    let lost = records.reduce(0) { $0 + $1.unanswered }
    if let maximumLoss, sent > 0, Double(lost) * 100 > maximumLoss * Double(sent) {
      return (.violation, "\(lost) of \(sent) requests were lost")
    }
    let silent = records.count { $0.answered < 2 }
    if silent > 0 {
      return (
        .inconclusive,
        "\(silent) of \(records.count) clients had fewer than two answers to compare"
      )
    }
    if records.contains(where: { $0.echoes > 0 }) {
      return (
        .inconclusive,
        "the server sends back what it is asked: an echo does not say which pod it came from"
      )
    }
    if records.contains(where: { $0.pods.isEmpty && $0.reflective.isEmpty }) {
      return (
        .inconclusive,
        "answers of --wire \(configuration.wire.rawValue) do not say which pod gave them"
      )
    }
    if records.contains(where: { $0.pods.isEmpty }) {
      return (.inconclusive, "the reflective addresses stayed, but the answers name no pod")
    }
    if records.contains(where: { $0.reflective.isEmpty }) {
      return (.pass, "every client kept its pod; the answers name no reflective address")
    }
    return (.pass, "every client kept its pod and its reflective address")
  }

  private var word: String {
    switch verdict {
    case .pass: "kept"
    case .violation: "broken"
    case .inconclusive, .failure: "inconclusive"
    }
  }

  // MARK: Text

  /// Clients that are listed where there are more; those with trouble come first.
  private static let mostListed = 20

  func print(to console: inout Console) throws(Failure) {
    var table = Table([
      .init("CLIENT"), .init("SENT", .right), .init("ANSWERED", .right), .init("LOST", .right),
      .init("DUP", .right), .init("REORD", .right), .init("MEDIAN", .right), .init("P99", .right),
      .init("POD", minimumWidth: 8), .init("REFLECTIVE", minimumWidth: 9),
    ])
    let listed = records.enumerated().sorted { left, right in
      let (a, b) = (Self.trouble(left.element), Self.trouble(right.element))
      return a != b ? a > b : left.offset < right.offset
    }
    for (_, record) in listed.prefix(Self.mostListed) { table.append(Self.row(record)) }
    table.append(total)
    try table.print(to: &console)
    if records.count > Self.mostListed {
      try console.out.line(
        "(\(records.count - Self.mostListed) more clients; all in --format json)"
      )
    }
    if strangers > 0 {
      try console.out.line(
        "\(strangers) datagrams came that were no answers of \(configuration.target)"
      )
    }
    let refused = records.reduce(0) { $0 + $1.refused }
    if refused > 0 {
      let reason = "a port is closed, or a host unreachable"
      try console.out.line("\(refused) ICMP errors came back: \(reason)")
    }
    let color: Style.Emphasis =
      switch verdict {
      case .pass: .green
      case .violation: .red
      case .inconclusive, .failure: .yellow
      }
    try console.out.line("\(console.style(color, word)): \(reason)")
  }

  private static func trouble(_ record: ClientRecord) -> UInt64 {
    UInt64(record.podChanges + record.reflectiveChanges) << 32 + record.unanswered
  }

  private static func row(_ record: ClientRecord) -> [Table.Cell] {
    let pods = record.pods.map(\.name).joined(separator: ", ")
    let seen = record.reflective.map(\.description).joined(separator: ", ")
    return [
      .init(record.local.description), .init("\(record.sent)"), .init("\(record.answered)"),
      .init("\(record.unanswered)", record.unanswered > 0 ? .yellow : nil),
      .init("\(record.duplicated)"), .init("\(record.reordered)"),
      .init(record.roundTrips.percentile(0.5)?.text ?? "-"),
      .init(record.roundTrips.percentile(0.99)?.text ?? "-"),
      .init(pods.isEmpty ? "-" : pods, record.podChanges > 0 ? .red : nil),
      .init(seen.isEmpty ? "-" : seen, record.reflectiveChanges > 0 ? .red : nil),
    ]
  }

  private var total: [Table.Cell] {
    var trips = RoundTrips()
    for record in records { trips.add(record.roundTrips) }
    func sum(_ value: (ClientRecord) -> UInt64) -> Table.Cell {
      .init("\(records.reduce(0) { $0 + value($1) })", .bold)
    }
    return [
      .init("all", .bold), sum(\.sent), sum(\.answered), sum(\.unanswered), sum(\.duplicated),
      sum(\.reordered), .init(trips.percentile(0.5)?.text ?? "-"),
      .init(trips.percentile(0.99)?.text ?? "-"),
      .init(pods.map { "\($0.name) ×\($0.clients)" }.joined(separator: ", ")),
      .init(addresses == 1 ? "1 address" : "\(addresses) addresses"),
    ]
  }

  /// How many reflective addresses there were, whatever their ports.
  private var addresses: Int {
    var found: Set<String> = []
    for record in records {
      for case .endpoint(let endpoint) in record.reflective {
        found.insert(endpoint.address.description)
      }
    }
    return found.count
  }

  /// Each pod, and how many clients it served.
  private var pods: [(name: String, clients: Int)] {
    var clients: [String: Int] = [:]
    for record in records {
      for pod in record.pods { clients[pod.name, default: 0] += 1 }
    }
    return clients.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  // MARK: JSON

  var json: String {
    var writer = JSONWriter(.pretty)
    writer.object { writer in
      writer.key("schema")
      writer.string("stickler.affinity/1")
      writer.key("target")
      writer.string(configuration.target.description)
      writer.key("wire")
      writer.string(configuration.wire.rawValue)
      writer.key("verdict")
      writer.string(word)
      writer.key("reason")
      writer.string(reason)
      writer.key("strangers")
      writer.integer(strangers)
      writer.key("misdirected")
      writer.integer(misdirected)
      writer.key("clients")
      writer.array { writer in
        for record in records { Self.write(record, to: &writer) }
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }

  private static func write(_ record: ClientRecord, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.key("id")
      writer.integer(record.id)
      writer.key("local")
      writer.string(record.local.description)
      let counts: [(String, UInt64)] = [
        ("sent", record.sent), ("answered", record.answered), ("lost", record.unanswered),
        ("late", record.late), ("duplicated", record.duplicated), ("reordered", record.reordered),
        ("refused", record.refused), ("gaps", UInt64(record.gaps)),
        ("pod_changes", UInt64(record.podChanges)),
        ("reflective_changes", UInt64(record.reflectiveChanges)),
      ]
      for (name, value) in counts {
        writer.key(name)
        writer.integer(value)
      }
      writer.key("longest_gap_ms")
      writer.number(record.longestGap.milliseconds, decimals: 3)
      writer.key("rtt_ms")
      writer.object { writer in
        for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1)] {
          writer.key(name)
          guard let time = record.roundTrips.percentile(share) else {
            writer.null()
            continue
          }
          writer.number(time.milliseconds, decimals: 3)
        }
      }
      writer.key("pods")
      writer.array { writer in
        for pod in record.pods {
          writer.object { writer in
            writer.key("name")
            writer.string(pod.name)
            writer.key("answers")
            writer.integer(pod.answers)
          }
        }
      }
      writer.key("reflective")
      writer.array { writer in
        for address in record.reflective { writer.string(address.description) }
      }
    }
  }
}
