internal import CaptureFiles
public import Correlation

extension LegCounter {
  /// Counts every record of a batch.
  public mutating func add(_ batch: borrowing CaptureBatch) {
    let records = batch.records.records
    let interfaces = batch.interfaces
    for record in records {
      let interface = interfaces[Int(record.interface)]
      add(
        batch.records.bytes(of: record),
        as: interface.link,
        originalLength: Int(record.originalLength),
        time: record.time,
        interface: interface.number,
        direction: record.direction
      )
    }
    settle()
  }
}
