/// A collector's word that it has an epoch's records up to a count, and will still have them after a crash.
public struct Acknowledgement: Equatable, Sendable {
  public var epoch: UInt64
  /// So many records, from the epoch's first on.
  public var sequence: UInt64
  /// Why the collector takes nothing from this agent, and closes the connection.
  public var refusal: String?

  public init(epoch: UInt64, sequence: UInt64, refusal: String? = nil) {
    self.epoch = epoch
    self.sequence = sequence
    self.refusal = refusal
  }
}

extension Acknowledgement {
  func write(to record: inout Record, domain: UInt32) -> RecordShape {
    var shape = record.begin(.acknowledgement)
    record[.domain] = UInt64(domain)
    record[.epoch] = epoch
    record[.sequence] = sequence
    if let refusal {
      shape.insert(.refusal)
      record.text = Array(refusal.utf8)
    }
    return shape
  }

  init(_ record: Record, _ fields: FieldSet) {
    self.init(epoch: record[.epoch], sequence: record[.sequence])
    if fields.contains(.name) { refusal = String(decoding: record.text, as: UTF8.self) }
  }
}
