internal import Protocols
public import Wire

extension Observation {
  /// From the first to the last moment that it tells of.
  public var moments: ClosedRange<Timestamp> {
    switch self {
    case .run(let run): run.moments
    case .unmatched(let unmatched): unmatched.time...unmatched.time
    case .refusal(let refusal): refusal.time...refusal.time
    case .announcement(let announcement): announcement.time...announcement.time
    case .fragments(let tally): tally.time...tally.time
    case .wrongChecksum(let checksum): checksum.time...checksum.time
    case .connection(let connection): connection.time...connection.time
    case .statement(let statement):
      min(statement.first, statement.last)...max(statement.first, statement.last)
    case .facts(let facts): facts.time...facts.time
    }
  }
}

extension Run {
  /// A direction without a datagram has no times.
  fileprivate var moments: ClosedRange<Timestamp> {
    let told = [forward, reverse].filter { $0.datagrams > 0 }
    let stretches = told.isEmpty ? [forward] : told
    let times = stretches.flatMap { [$0.first, $0.last] }
    let first = times.min() ?? forward.first
    return first...max(first, times.max() ?? first)
  }
}
