/// The bytes of a capture, decompressed if the file is compressed.
///
/// Compression is recognised by its magic number, never by the file's name.
struct ByteSource: ~Copyable, Sendable {
  static let inputLength = 128 * 1024

  private var input: ByteInput
  /// `nil` if the file is not compressed.
  private var decoder: (any StreamDecoder)?
  /// Bytes as stored that were read and not yet used, at `unused`.
  private var buffer: [UInt8]
  private var unused: Range<Int>
  private(set) var warning: CaptureWarning?

  init(_ opened: consuming ByteInput) throws(CaptureFileError) {
    input = opened
    buffer = Array(repeating: 0, count: 4096)
    unused = 0..<0
    try fill(4)
    decoder = try Self.decoder(of: buffer.span.extracting(unused), file: input.name)
    if decoder != nil { buffer += Array(repeating: 0, count: Self.inputLength - buffer.count) }
  }

  private static func decoder(of head: Span<UInt8>, file: String) throws(CaptureFileError)
    -> (any StreamDecoder)?
  {
    do throws(DecodingFailure) {
      if GzipDecoder.recognises(head) { return try GzipDecoder() }
      if ZstdDecoder.recognises(head) { return try ZstdDecoder() }
      return nil
    } catch {
      throw CaptureFileError(file: file, operation: .decompress, reason: error.reason)
    }
  }

  var name: String { input.name }

  var isCompressed: Bool { decoder != nil }

  private var isInside: Bool { decoder?.isInside ?? false }

  /// Bytes taken from the file, as stored.
  var position: UInt64 { input.position }

  var length: UInt64? { input.length }

  /// Fills some of `bytes` at the front of `range`; 0 is the end.
  mutating func read(into bytes: inout [UInt8], at range: Range<Int>) throws(CaptureFileError)
    -> Int
  {
    if isCompressed { return try decompress(into: &bytes, at: range) }
    guard !unused.isEmpty else { return try input.read(into: &bytes, at: range) }
    let count = min(range.count, unused.count)
    let taken = unused.lowerBound..<unused.lowerBound + count
    bytes.replaceSubrange(range.lowerBound..<range.lowerBound + count, with: buffer[taken])
    unused = taken.upperBound..<unused.upperBound
    return count
  }

  private mutating func decompress(into bytes: inout [UInt8], at range: Range<Int>)
    throws(CaptureFileError) -> Int
  {
    while true {
      // Four bytes decide whether another member or frame follows.
      try fill(isInside ? 1 : 4)
      let isLast = unused.isEmpty
      let before = unused.count
      let count = try decode(into: &bytes, at: range)
      if count > 0 { return count }
      if isLast {
        noteUnfinishedStream()
        return 0
      }
      // Neither taken nor given: what follows the stream is not part of it.
      if unused.count == before {
        note(.bytesAfterStream, "the bytes after the compressed stream are ignored")
        return 0
      }
    }
  }

  /// Reads on until `count` bytes are unused, or the file is at its end.
  private mutating func fill(_ count: Int) throws(CaptureFileError) {
    guard unused.count < count else { return }
    buffer.moveToFront(unused)
    unused = 0..<unused.count
    while unused.count < count {
      let added = try input.read(into: &buffer, at: unused.count..<buffer.count)
      guard added > 0 else { return }
      unused = 0..<unused.count + added
    }
  }

  private mutating func decode(into bytes: inout [UInt8], at range: Range<Int>)
    throws(CaptureFileError) -> Int
  {
    let end = input.position
    do throws(DecodingFailure) {
      return try decoder?.decode(buffer, &unused, into: &bytes, at: range) ?? 0
    } catch {
      throw CaptureFileError(
        file: name,
        operation: .decompress,
        reason: error.reason,
        offset: end - UInt64(unused.count)
      )
    }
  }

  private mutating func noteUnfinishedStream() {
    guard isInside else { return }
    note(.streamCutShort, "the compressed stream is cut short")
  }

  private mutating func note(_ kind: CaptureWarning.Kind, _ reason: String) {
    warning = CaptureWarning(
      file: name,
      kind: kind,
      offset: input.position - UInt64(unused.count),
      reason: reason
    )
  }
}

extension [UInt8] {
  /// Moves some bytes to the front, over whatever is there.
  mutating func moveToFront(_ range: Range<Int>) {
    guard range.lowerBound > 0 else { return }
    for index in range { self[index - range.lowerBound] = self[index] }
  }
}
