internal import Affinity
internal import JSONText
internal import Wire

extension ChronicleEvent {
  /// One line of JSON, its end included; members are called as in `stickler.report/1`.
  public var jsonLine: [UInt8] {
    var writer = JSONWriter(.compact)
    writer.beginObject()
    switch self {
    case .move(let session, let was, let now):
      writer.member("event", "move")
      writer.member("at", now.from.description)
      writer.member("client", session.client.description)
      writer.member("front", session.front.description)
      writer.member("service", session.service)
      writer.key("was")
      write(was, to: &writer)
      writer.key("now")
      write(now, to: &writer)
    case .incident(let incident, let example, let was):
      writer.member("event", "incident")
      writer.member("at", incident.from.description)
      writer.key("incident")
      write(incident, to: &writer)
      writer.key("example")
      write(example, to: &writer)
      writer.key("was")
      if let was { write(was, to: &writer) } else { writer.null() }
    case .withdrawal(let incident, let successor):
      writer.member("event", "withdrawal")
      writer.member("at", incident.from.description)
      writer.key("incident")
      write(incident, to: &writer)
      writer.key("successor")
      if let successor { write(successor, to: &writer) } else { writer.null() }
    case .contradiction(let contradiction):
      writer.member("event", "contradiction")
      writer.member("at", contradiction.at.description)
      writer.key("contradiction")
      write(contradiction, to: &writer)
    case .verdict(let was, let now):
      writer.member("event", "verdict")
      writer.member("was", was?.rawValue)
      writer.member("now", now?.rawValue)
    }
    writer.endObject()
    writer.newline()
    return writer.drain()
  }
}
