internal import CZstd

/// Decompresses a Zstandard file of one or several frames (RFC 8878).
///
/// libzstd refuses windows above 128 MiB, which bounds what a hostile frame can make it allocate.
@safe
final class ZstdDecoder: StreamDecoder, @unchecked Sendable {
  private let stream: OpaquePointer
  private(set) var isInside = false

  /// A frame's magic number, or the one of a skippable frame, with which parallel compressors begin.
  static func recognises(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= 4 else { return false }
    let magic: UInt32 = bytes.integer(at: 0, .little)
    return magic == 0xfd2f_b528 || magic & 0xffff_fff0 == 0x184d_2a50
  }

  init() throws(DecodingFailure) {
    guard let created = unsafe ZSTD_createDStream() else {
      throw DecodingFailure(reason: "there is no memory for libzstd")
    }
    unsafe stream = created
  }

  deinit {
    unsafe ZSTD_freeDStream(stream)
  }

  func decode(
    _ input: [UInt8],
    _ unused: inout Range<Int>,
    into output: inout [UInt8],
    at room: Range<Int>
  ) throws(DecodingFailure) -> Int {
    // Between frames only a further frame is ours to take.
    guard isInside || Self.recognises(input.span.extracting(unused)) else {
      return 0
    }
    let taken = unused
    var status = 0
    // SAFETY: both ranges lie in their buffers, which outlive the call; libzstd keeps neither pointer.
    let done = unsafe input.withUnsafeBytes { input in
      unsafe output.withUnsafeMutableBytes { output in
        var source = unsafe ZSTD_inBuffer(
          src: input.baseAddress,
          size: taken.upperBound,
          pos: taken.lowerBound
        )
        var target = unsafe ZSTD_outBuffer(
          dst: output.baseAddress,
          size: room.upperBound,
          pos: room.lowerBound
        )
        unsafe status = ZSTD_decompressStream(stream, &target, &source)
        return unsafe (input: source.pos, output: target.pos)
      }
    }
    guard ZSTD_isError(status) == 0 else {
      // SAFETY: libzstd's names of errors are constant strings.
      let name = unsafe String(cString: ZSTD_getErrorName(status))
      throw DecodingFailure(reason: "the zstd stream is damaged: \(name)")
    }
    isInside = status != 0
    unused = done.input..<unused.upperBound
    return done.output - room.lowerBound
  }
}
