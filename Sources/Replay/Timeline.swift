internal import CaptureFiles
internal import Wire

/// One node's records in order of time, from one file or from several that are merged.
///
/// Behind `any`, because it is called once for a batch; classes, because readers must not be copied.
protocol Timeline: AnyObject {
  /// The files as messages call them.
  var files: [String] { get }
  /// How many interfaces the records so far may name.
  var interfaceCount: Int { get }
  var warnings: [CaptureWarning] { get }
  /// Bytes taken from all the files so far.
  var position: UInt64 { get }

  /// Replaces the batch by the next records; `false` at the end.
  ///
  /// After what it throws, the next call goes on with what other files hold.
  func next(into batch: inout RecordBatch) throws(CaptureFileError) -> Bool

  /// The file that an interface of the records belongs to, and what the file says of it.
  func interface(_ index: Int) -> (file: Int, description: CaptureInterface)
}

func openTimeline(_ paths: [String]) throws(CaptureFileError) -> any Timeline {
  // A single file is read without the copy that merging costs each record.
  if paths.count == 1 { return FileTimeline(try CaptureReader(path: paths[0])) }
  return MergedTimeline(try MergedReader(paths: paths))
}

private final class FileTimeline: Timeline {
  private var reader: CaptureReader

  init(_ reader: consuming CaptureReader) {
    self.reader = reader
  }

  var files: [String] { [reader.name] }
  var interfaceCount: Int { reader.interfaces.count }
  var warnings: [CaptureWarning] { reader.warnings }
  var position: UInt64 { reader.position }

  func next(into batch: inout RecordBatch) throws(CaptureFileError) -> Bool {
    try reader.next(into: &batch)
  }

  func interface(_ index: Int) -> (file: Int, description: CaptureInterface) {
    (0, reader.interfaces[index])
  }
}

private final class MergedTimeline: Timeline {
  private var reader: MergedReader

  init(_ reader: consuming MergedReader) {
    self.reader = reader
  }

  var files: [String] { reader.files }
  var interfaceCount: Int { reader.sources.count }
  var warnings: [CaptureWarning] { reader.warnings }
  var position: UInt64 { reader.position }

  func next(into batch: inout RecordBatch) throws(CaptureFileError) -> Bool {
    try reader.next(into: &batch)
  }

  func interface(_ index: Int) -> (file: Int, description: CaptureInterface) {
    let source = reader.sources[index]
    return (source.file, reader.interfaces(ofFile: source.file)[source.interface])
  }
}
