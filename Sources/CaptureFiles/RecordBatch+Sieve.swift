extension RecordBatch {
  /// Drops the records, and what is said of them, that `isKept` does not want.
  public mutating func keep(where isKept: (CaptureRecord, Span<UInt8>) -> Bool) {
    var kept = 0
    var annotation = 0
    var keptAnnotations = 0
    for index in records.indices {
      let record = records[index]
      let isWanted = isKept(record, bytes(of: record))
      while annotation < annotations.count, annotations[annotation].record == index {
        if isWanted {
          annotations[keptAnnotations] = annotations[annotation]
          annotations[keptAnnotations].record = kept
          keptAnnotations += 1
        }
        annotation += 1
      }
      guard isWanted else { continue }
      records[kept] = record
      kept += 1
    }
    records.removeLast(records.count - kept)
    annotations.removeLast(annotations.count - keptAnnotations)
  }
}
