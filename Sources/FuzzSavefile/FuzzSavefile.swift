internal import CaptureFiles

/// Reads the fuzzer's bytes as a capture file; whatever they are, the reader must neither trap nor read outside them.
///
/// It also holds the reader to what it promises its callers: a record's bytes lie in its batch, its interface exists,
/// and frame numbers rise.
@c(LLVMFuzzerTestOneInput)
public func fuzzSavefile(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  // SAFETY: libFuzzer passes `count` readable bytes.
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  do throws(CaptureFileError) {
    var reader = try CaptureReader(bytes: bytes, name: "fuzz")
    // SAFETY: libFuzzer calls from one thread, one call after the other.
    try unsafe check(&reader, &batch)
  } catch {
    precondition(!error.description.isEmpty, "an error says what is wrong")
  }
  return 0
}

/// Used again by every run: filling a new one with zeros would take most of the time.
nonisolated(unsafe) private var batch = RecordBatch()

private func check(_ reader: inout CaptureReader, _ batch: inout RecordBatch)
  throws(CaptureFileError)
{
  var number: UInt64 = 0
  var sum: UInt8 = 0
  while try reader.next(into: &batch) {
    precondition(!batch.records.isEmpty, "a batch has records")
    let interfaceCount = reader.interfaces.count
    for record in batch.records {
      precondition(record.number > number, "frame numbers rise")
      number = record.number
      precondition(Int(record.interface) < interfaceCount, "an interface is described")
      let frame = batch.bytes(of: record)
      for index in frame.indices { sum ^= frame[index] }
    }
    for annotation in batch.annotations {
      precondition(annotation.record < batch.records.count, "an annotation has its record")
      if case .comment(let text) = annotation.content {
        for index in text { sum ^= batch.bytes[Int(index)] }
      }
    }
  }
  let goesOn = try reader.next(into: &batch)
  precondition(!goesOn, "the end stays the end")
}
