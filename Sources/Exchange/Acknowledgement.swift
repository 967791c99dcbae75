/// A collector's word that it has an epoch's records up to a count, and will still have them after a crash.
public struct Acknowledgement: Equatable, Sendable {
  public var epoch: UInt64
  /// So many records, from the epoch's first on.
  public var sequence: UInt64

  public init(epoch: UInt64, sequence: UInt64) {
    self.epoch = epoch
    self.sequence = sequence
  }
}

extension Acknowledgement {
  func write(to record: inout Record, domain: UInt32) -> RecordShape {
    let shape = record.begin(.acknowledgement)
    record[.domain] = UInt64(domain)
    record[.epoch] = epoch
    record[.sequence] = sequence
    return shape
  }

  init(_ record: Record) {
    self.init(epoch: record[.epoch], sequence: record[.sequence])
  }
}
