internal import CZlib

/// Decompresses a gzip file: one member or several behind each other (RFC 1952, 2.2).
///
/// The stream's state is on the heap because zlib keeps a pointer to it, so it must never move.
@safe
final class GzipDecoder: StreamDecoder, @unchecked Sendable {
  private let stream: UnsafeMutablePointer<z_stream>
  private(set) var isInside = false

  static func recognises(_ bytes: Span<UInt8>) -> Bool {
    bytes.count >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8
  }

  init() throws(DecodingFailure) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // SAFETY: the structure is zeroed, as zlib asks; 16 above the largest window says gzip.
    let status = unsafe inflateInit2_(
      stream,
      15 + 16,
      ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size)
    )
    guard status == Z_OK else {
      unsafe stream.deallocate()
      throw DecodingFailure(reason: "zlib cannot start (status \(status))")
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  func decode(
    _ input: [UInt8],
    _ unused: inout Range<Int>,
    into output: inout [UInt8],
    at room: Range<Int>
  ) throws(DecodingFailure) -> Int {
    if !isInside {
      guard Self.recognises(input.span.extracting(unused)) else { return 0 }
      isInside = true
    }
    var status = Z_OK
    let taken = unused
    // SAFETY: both ranges lie in their buffers, which outlive the call; zlib keeps neither pointer.
    let left = unsafe input.withUnsafeBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.advanced(by: taken.lowerBound)
        )
        unsafe stream.pointee.avail_in = UInt32(taken.count)
        unsafe stream.pointee.next_out = output.baseAddress?.advanced(by: room.lowerBound)
        unsafe stream.pointee.avail_out = UInt32(room.count)
        unsafe status = inflate(stream, Z_NO_FLUSH)
        return unsafe (input: stream.pointee.avail_in, output: stream.pointee.avail_out)
      }
    }
    unused = unused.upperBound - Int(left.input)..<unused.upperBound
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      isInside = false
      unsafe inflateReset(stream)
    default:
      throw DecodingFailure(reason: "the gzip stream is damaged: \(reason(status))")
    }
    return room.count - Int(left.output)
  }

  private func reason(_ status: Int32) -> String {
    // SAFETY: zlib's messages are constant strings.
    guard let message = unsafe stream.pointee.msg else { return "status \(status)" }
    return unsafe String(cString: message)
  }
}
