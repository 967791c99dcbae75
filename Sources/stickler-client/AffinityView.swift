import CommandLineKit
import Companions
import System
import Wire

/// What is shown while clients ask: lines about changes, and a status at the foot of a terminal.
struct AffinityView {
  private let style: AffinityStyle
  private let color: Style
  /// Where lines go: with results for machines on standard output, to the other one.
  private let descriptor: Int32
  private var status: StatusLine
  private var nextSummary: Instant

  /// The affinity tester tells where it stands once a minute.
  private static let summaryInterval = Interval.seconds(60)

  init(_ style: AffinityStyle, _ format: Format, _ console: borrowing Console, at now: Instant) {
    self.style = style
    color = format == .json ? console.errorTerminal.style : console.style
    descriptor = format == .json ? 2 : 1
    status = StatusLine(console)
    nextSummary = now + Self.summaryInterval
  }

  mutating func tell(_ record: ClientRecord, _ event: ClientRecord.Event) {
    let line =
      switch style {
      case .stickler: sticklerLine(record, event)
      case .affinityTester: testerLine(record, event)
      }
    guard let line else { return }
    status.clear()
    write(line + "\n", to: descriptor)
  }

  private func sticklerLine(_ record: ClientRecord, _ event: ClientRecord.Event) -> String? {
    let who = "\(clockText()) client \(record.local)"
    switch event {
    case .established: return nil
    case .podChanged(let old, let new):
      return color.red("\(who): pod changed \"\(old)\" -> \"\(new)\"")
    case .reflectiveChanged(let old, let new):
      return color.red("\(who): reflective address changed \(old) -> \(new)")
    case .gapBegan(let sequence): return color.yellow("\(who): no answer to request \(sequence)")
    case .recovered(let lost, let silence):
      return "\(who): answered again after \(silence.text), \(lost) lost"
    }
  }

  private func testerLine(_ record: ClientRecord, _ event: ClientRecord.Event) -> String? {
    switch event {
    case .established(_, let reflective):
      guard let reflective else { return nil }
      return """
        CLIENT-\(record.id)-\(record.local.port) established connection: reflective address is \
        \(reflective)
        """
    case .podChanged(let old, let new):
      return color.red("pod_name changed \"\(old)\" -> \"\(new)\"")
    case .reflectiveChanged(let old, let new):
      return color.red("x_address changed \(old) -> \(new)")
    case .gapBegan: return nil
    case .recovered(let lost, _): return lost > 0 ? "detected gap [\(lost)]" : nil
    }
  }

  mutating func pause(_ records: [ClientRecord], at now: Instant) {
    if style == .affinityTester, now >= nextSummary {
      nextSummary = nextSummary + Self.summaryInterval
      status.clear()
      for record in records {
        let line = """
          CLIENT-\(record.id) sent \(record.sent) messages of which \(record.unanswered) \
          message(s) lost, served by pod "\(record.pod ?? "")"
          """
        write(line + "\n", to: descriptor)
      }
    }
    status.show(Self.summary(records), at: now)
  }

  private static func summary(_ records: [ClientRecord]) -> String {
    var trips = RoundTrips()
    var (sent, answered, changes) = (0 as UInt64, 0 as UInt64, 0)
    var pods: Set<String> = []
    for record in records {
      sent += record.sent
      answered += record.answered
      changes += record.podChanges + record.reflectiveChanges
      pods.formUnion(record.pods.map(\.name))
      trips.add(record.roundTrips)
    }
    let median = trips.percentile(0.5).map { ", median \($0.text)" } ?? ""
    return "\(records.count) clients, \(sent) sent, \(answered) answered, \(pods.count) pods, "
      + "\(changes) changes\(median)"
  }

  mutating func finish() {
    status.clear()
  }
}
