public import Wire

/// An agent's word that all it saw up to a moment has been told.
public struct Watermark: Equatable, Sendable {
  public var epoch: UInt64
  public var time: Timestamp

  public init(epoch: UInt64, time: Timestamp) {
    self.epoch = epoch
    self.time = time
  }
}

extension Watermark {
  func write(to record: inout Record, domain: UInt32) -> RecordShape {
    var shape = record.begin(.watermark)
    record[.domain] = UInt64(domain)
    record[.epoch] = epoch
    record.put(time, .time, &shape)
    return shape
  }

  init(_ record: Record) {
    self.init(epoch: record[.epoch], time: record[time: .time])
  }
}
