import CaptureFiles
import Wire

/// A whole capture in memory, as tests compare it.
struct Capture {
  var interfaces: [CaptureInterface] = []
  var records: [Record] = []
  var warnings: [CaptureWarning] = []
  var sections: [CaptureSection] = []
  var names: [ResolvedName] = []
  /// What the annotations say, each behind its frame number.
  var notes: [String] = []
  var directions: [RecordFlags.Direction] = []
  /// The frame numbers of records without a time.
  var untimed: [UInt64] = []

  init(_ reader: consuming CaptureReader) throws {
    var batch = RecordBatch()
    while try reader.next(into: &batch) {
      for record in batch.records {
        records.append(Record(record, in: batch))
        directions.append(record.flags.direction)
        if record.flags.isUntimed { untimed.append(record.number) }
      }
      for annotation in batch.annotations {
        let number = batch.records[annotation.record].number
        switch annotation.content {
        case .comment(let text):
          let bytes = batch.bytes[Int(text.lowerBound)..<Int(text.upperBound)]
          notes.append("\(number) comment \(String(decoding: bytes, as: UTF8.self))")
        case .packetID(let id): notes.append("\(number) id \(id)")
        case .dropCount(let drops): notes.append("\(number) drops \(drops)")
        }
      }
    }
    interfaces = reader.interfaces
    warnings = reader.warnings
    sections = reader.sections
    names = reader.names
  }

  init(bytes: [UInt8]) throws {
    try self.init(CaptureReader(bytes: bytes, name: "memory"))
  }

  init(path: String) throws {
    try self.init(CaptureReader(path: path))
  }
}

/// A record with its bytes beside it.
struct Record: Hashable {
  var number: UInt64
  var time: Int64
  var bytes: [UInt8]
  var originalLength: UInt32
  var interface: UInt32 = 0

  init(
    _ number: UInt64,
    at time: Int64,
    _ bytes: [UInt8],
    of originalLength: UInt32,
    on interface: UInt32 = 0
  ) {
    self.number = number
    self.time = time
    self.bytes = bytes
    self.originalLength = originalLength
    self.interface = interface
  }

  init(_ record: CaptureRecord, in batch: RecordBatch) {
    let span = batch.bytes(of: record)
    self.init(
      record.number,
      at: record.time.nanoseconds,
      span.indices.map { span[$0] },
      of: record.originalLength,
      on: record.interface
    )
  }
}
