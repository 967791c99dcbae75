internal import Correlation
internal import Protocols
internal import Wire

// What a node's kernel says, as a record and back. Intervals and the proxy's start are nanoseconds.

extension Record {
  mutating func take(_ facts: NodeFacts) -> RecordShape {
    var shape = begin(.nodeFacts)
    put(facts.time, .time, &shape)
    self[.proxyMode] = facts.proxyMode?.number ?? 0
    if let start = facts.proxyStart {
      shape.insert(.proxyStart)
      self[time: .proxyStart] = start
    }
    if let timeouts = facts.timeouts {
      shape.insert(.timeouts)
      self[interval: .unansweredTimeout] = timeouts.unanswered
      self[interval: .streamTimeout] = timeouts.stream
    }
    if let table = facts.table {
      shape.insert(.table)
      self[.entries] = UInt64(table.count)
      self[.entryLimit] = UInt64(table.limit)
    }
    if let refusals = facts.refusals {
      shape.insert(.refusals)
      self[.refusedInsertions] = refusals.insertions
      self[.refusedPackets] = refusals.packets
    }
    if let clock = facts.clock {
      shape.insert(.clock)
      self[flag: .isSynchronized] = clock.isSynchronized
      self[interval: .clockError] = clock.estimatedError
    }
    if let path = facts.reversePath {
      shape.insert(.reversePath)
      self[.strictCount] = UInt64(path.strictCount)
      self[.strictDrops] = path.dropped
      text = path.strictName.bytes
    }
    return shape
  }

  subscript(interval field: Field) -> Interval {
    get { Interval(nanoseconds: Int64(bitPattern: self[field])) }
    set { self[field] = UInt64(bitPattern: newValue.nanoseconds) }
  }
}

extension RecordReading {
  var nodeFacts: NodeFacts {
    var facts = NodeFacts(at: record[time: .time])
    facts.proxyMode = ProxyMode(number: record[.proxyMode])
    if fields.contains(.proxyStart) { facts.proxyStart = record[time: .proxyStart] }
    if fields.isSuperset(of: [.unansweredTimeout, .streamTimeout]) {
      facts.timeouts = NodeFacts.Timeouts(
        unanswered: record[interval: .unansweredTimeout],
        stream: record[interval: .streamTimeout]
      )
    }
    if fields.isSuperset(of: [.entries, .entryLimit]) {
      facts.table = NodeFacts.Table(
        count: record.integer32(.entries),
        limit: record.integer32(.entryLimit)
      )
    }
    if fields.isSuperset(of: [.refusedInsertions, .refusedPackets]) {
      facts.refusals = NodeFacts.Refusals(
        insertions: record[.refusedInsertions],
        packets: record[.refusedPackets]
      )
    }
    if fields.isSuperset(of: [.isSynchronized, .clockError]) {
      facts.clock = NodeFacts.Clock(
        isSynchronized: record[flag: .isSynchronized],
        estimatedError: record[interval: .clockError]
      )
    }
    if fields.isSuperset(of: [.strictCount, .strictDrops, .name]) {
      facts.reversePath = NodeFacts.ReversePath(
        strictCount: record.integer32(.strictCount),
        strictName: StatedName(record.text.span),
        dropped: record[.strictDrops]
      )
    }
    return facts
  }
}

extension ProxyMode {
  /// As `docs/ipfix.md` has them; 0 is unknown.
  fileprivate var number: UInt64 {
    switch self {
    case .iptables: 1
    case .nftables: 2
    case .ipvs: 3
    case .ebpf: 4
    }
  }

  fileprivate init?(number: UInt64) {
    guard let mode = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = mode
  }
}
