public import Affinity
public import JSONText
internal import Wire

/// A report with all that any format prints of it, kept as JSON: `stickler.report/1`, and beside it what that leaves out.
public struct StoredReport: Sendable {
  public var report: Report
  /// What happened to the cluster meanwhile.
  public var events: [ClusterEvent]

  private static let schema = "stickler.stored-report/1"

  public init(_ report: Report, events: [ClusterEvent]) {
    self.report = report
    self.events = events
  }

  public var json: [UInt8] {
    var writer = JSONWriter(.compact)
    writer.beginObject()
    writer.member("schema", Self.schema)
    writer.key("forbidden")
    writer.array { writer in
      for mode in report.forbidden { writer.string(mode) }
    }
    // The report has microseconds of them.
    writer.key("clock_offsets_ns")
    writer.array { writer in
      for node in report.capture.nodes {
        if let offset = node.clockOffset {
          writer.integer(offset.nanoseconds)
        } else {
          writer.null()
        }
      }
    }
    writer.key("events")
    writer.array { writer in
      for event in events {
        writer.beginObject()
        writer.member("after", event.after?.description)
        writer.member("before", event.before?.description)
        writer.member("text", event.text)
        writer.endObject()
      }
    }
    writer.key("report")
    var bytes: [UInt8] = []
    write(report, to: &writer) { bytes += $0 }
    writer.endObject()
    writer.newline()
    return bytes + writer.drain()
  }

  /// Reads what `json` is; a `stickler.report/1` by itself is as good, as far as it goes.
  public init(json: [UInt8]) throws(JSONError) {
    var reader = JSONReader(json.span)
    guard try Self.isStored(reader) else {
      self.init(try reader.report(), events: [])
      try reader.end()
      return
    }
    let start = try reader.startOfValue()
    var report: Report?
    var forbidden: [String] = []
    var offsets: [Interval?] = []
    var events: [ClusterEvent] = []
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "forbidden": forbidden = try reader.strings()
      case "clock_offsets_ns":
        try reader.beginArray()
        while try reader.nextElement() {
          offsets.append(try reader.isNull() ? nil : Interval(nanoseconds: try reader.integer()))
        }
      case "events":
        try reader.beginArray()
        while try reader.nextElement() { events.append(try reader.clusterEvent()) }
      case "report": report = try reader.report()
      default: break
      }
    }
    try reader.end()
    self.init(try reader.needed(report, "report", of: start), events: events)
    self.report.forbidden = forbidden
    guard offsets.count == self.report.capture.nodes.count else { return }
    for (index, offset) in offsets.enumerated() {
      self.report.capture.nodes[index].clockOffset = offset
    }
  }

  /// Whether the text says so; it is looked at without moving on.
  private static func isStored(_ reader: borrowing JSONReader) throws(JSONError) -> Bool {
    var ahead = copy reader
    try ahead.beginObject()
    while let key = try ahead.nextKey() {
      if key.equals("schema") { return try ahead.text().equals(schema) }
    }
    return false
  }
}

extension JSONReader {
  fileprivate mutating func clusterEvent() throws(JSONError) -> ClusterEvent {
    var event = ClusterEvent(after: nil, before: nil, text: "")
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "after": event.after = try timeIfAny()
      case "before": event.before = try timeIfAny()
      case "text": event.text = try string()
      default: break
      }
    }
    return event
  }
}
