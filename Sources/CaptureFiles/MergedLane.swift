internal import Wire

/// One file of a `MergedReader`: its reader, the batch that is being merged, and how far that has come.
///
/// A class, because an array cannot hold readers, which must not be copied.
final class MergedLane {
  let file: Int
  var reader: CaptureReader
  /// The file's interfaces as the merged records number them.
  var interfaces: [UInt32] = []
  private var batch = RecordBatch()
  private var next = 0
  private var nextAnnotation = 0

  init(file: Int, _ reader: consuming CaptureReader) {
    self.file = file
    self.reader = reader
  }

  /// There is no next record.
  var isSpent: Bool { next == batch.records.count }

  /// The time of the next record; beyond all others if there is none.
  var headTime: Int64 { isSpent ? .max : batch.records[next].time.nanoseconds }

  /// The bytes of the next record and of its comments.
  var headLength: Int {
    let length = Int(batch.records[next].capturedLength)
    guard nextAnnotation < batch.annotations.count else { return length }
    return headAnnotations.reduce(length) { sum, annotation in sum + annotation.commentLength }
  }

  private var headAnnotations: ArraySlice<RecordAnnotation> {
    batch.annotations[nextAnnotation...].prefix { $0.record == next }
  }

  func refill() throws(CaptureFileError) {
    next = 0
    nextAnnotation = 0
    // A reader that throws or is at its end leaves the batch empty.
    _ = try reader.next(into: &batch)
  }

  /// Copies the next record to the end of a batch, whose bytes from `start` on are free.
  func moveHead(to merged: inout RecordBatch, at start: Int) {
    var record = batch.records[next]
    merged.bytes.copy(batch.bytes, record.range, to: start)
    record.offset = UInt32(start)
    record.interface = interfaces[Int(record.interface)]
    if nextAnnotation < batch.annotations.count {
      moveAnnotations(to: &merged, at: start + Int(record.capturedLength))
    }
    merged.records.append(record)
    next += 1
  }

  private func moveAnnotations(to merged: inout RecordBatch, at start: Int) {
    var filled = start
    for var annotation in headAnnotations {
      if case .comment(let text) = annotation.content {
        merged.bytes.copy(batch.bytes, Int(text.lowerBound)..<Int(text.upperBound), to: filled)
        annotation.content = .comment(UInt32(filled)..<UInt32(filled + text.count))
        filled += text.count
      }
      annotation.record = merged.records.count
      merged.annotations.append(annotation)
      nextAnnotation += 1
    }
  }
}

extension RecordAnnotation {
  fileprivate var commentLength: Int {
    if case .comment(let text) = content { text.count } else { 0 }
  }
}

extension [UInt8] {
  /// Copies some of another array's bytes over this one's from `start` on.
  fileprivate mutating func copy(_ other: Self, _ range: Range<Int>, to start: Int) {
    precondition(range.upperBound <= other.count, "what is copied is there")
    precondition(start + range.count <= count, "what is copied has room")
    // SAFETY: both ranges were checked; the arrays are two.
    unsafe withUnsafeMutableBytes { target in
      unsafe other.withUnsafeBytes { source in
        let source = unsafe UnsafeRawBufferPointer(rebasing: source[range])
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[start...]).copyMemory(from: source)
      }
    }
  }
}
