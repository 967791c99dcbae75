/// A decompressor, fed and emptied a buffer at a time.
///
/// Behind `any`, because it is called once for a block of many records; a class, because the C libraries' state must
/// not be copied. Sendable, because it belongs to one `ByteSource`, which cannot be copied either.
protocol StreamDecoder: AnyObject, Sendable {
  /// The input so far ends within a member or frame.
  var isInside: Bool { get }

  /// Decompresses from `input` at `unused`, which shrinks by what was taken, to the front of `room`.
  ///
  /// Between members it takes nothing unless another member follows.
  func decode(
    _ input: [UInt8],
    _ unused: inout Range<Int>,
    into output: inout [UInt8],
    at room: Range<Int>
  ) throws(DecodingFailure) -> Int
}

/// Why a compressed stream cannot be decompressed further.
struct DecodingFailure: Error {
  var reason: String
}
