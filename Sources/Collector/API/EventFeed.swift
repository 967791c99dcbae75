public import HTTPService
internal import Affinity
internal import JSONText
internal import Reporting
internal import System
internal import Wire

/// Tells whoever listens what is new: what happened, and that there is another report.
public final class EventFeed: Sendable {
  public let stream: EventStream
  /// The last report, and the last event, that were told.
  private let told = Locked<(report: UInt64, event: UInt64)>((0, 0))

  public init(_ stream: EventStream = EventStream()) {
    self.stream = stream
  }

  /// To be called after each report.
  public func note(_ state: CollectorState) {
    guard let made = state.latest else { return }
    let fresh: [NumberedEvent]? = told.withLock { told in
      guard made.number > told.report else { return nil }
      let events = state.events.filter { $0.number > told.event }
      told = (made.number, events.last?.number ?? told.event)
      return events
    }
    guard let fresh else { return }
    for one in fresh { stream.publish(one.event.kind, one.event.jsonLine) }
    var json = JSONWriter(.compact)
    json.object { json in
      json.member("event", "report")
      json.member("number", made.number)
      json.member("made_at", made.madeAt.description)
      json.member("verdict", made.report.verdict?.rawValue)
      json.member("nodes", state.nodes.count)
      json.member("nodes_absent", state.nodes.count { $0.presence == .absent })
    }
    stream.publish("report", json.bytes)
  }
}

extension ChronicleEvent {
  /// As its JSON says in `event`.
  fileprivate var kind: String {
    switch self {
    case .move: "move"
    case .incident: "incident"
    case .withdrawal: "withdrawal"
    case .contradiction: "contradiction"
    case .verdict: "verdict"
    }
  }
}
