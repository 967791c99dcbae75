/// One option of a pcapng block: its code, and where its value is.
///
///      0                   1                   2                   3
///     +-------------------------------+-------------------------------+
///     |              code             |             length            |
///     |               value, padded with zeros to 32 bits             |
///     +---------------------------------------------------------------+
struct PcapngOption {
  var code: UInt16
  var value: Range<Int>

  static let comment: UInt16 = 1
}

/// Walks the options at the end of a block, or the like-shaped records of a name resolution block.
struct PcapngOptions {
  private let bytes: Range<Int>
  private let order: ByteOrder
  private var next: Int

  init(_ bytes: Range<Int>, _ order: ByteOrder) {
    self.bytes = bytes
    self.order = order
    next = bytes.lowerBound
  }

  /// What follows the end mark.
  var rest: Range<Int> { next..<bytes.upperBound }

  mutating func next(in block: Span<UInt8>) throws(ParseFailure) -> PcapngOption? {
    guard bytes.upperBound - next >= 4 else { return nil }
    let code: UInt16 = block.integer(at: next, order)
    let length = Int(block.integer(UInt16.self, at: next + 2, order))
    let value = next + 4..<next + 4 + length
    guard value.upperBound <= bytes.upperBound else {
      throw ParseFailure("option \(code) is longer than its block", at: next)
    }
    next = min(bytes.upperBound, (value.upperBound + 3) & ~3)
    return code == 0 ? nil : PcapngOption(code: code, value: value)
  }
}

extension Span<UInt8> {
  /// The text at `range`, without the zeros that some writers end it with; damaged UTF-8 is repaired.
  func text(_ range: Range<Int>) -> String {
    // Longer than any filter; a hostile file's names must not fill the memory.
    var text: [UInt8] = []
    for index in range.prefix(4096) { text.append(self[index]) }
    while text.last == 0 { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  /// An option's number; `nil` if it is not as long as it must be.
  func number<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ option: PcapngOption,
    _ order: ByteOrder,
    as type: Integer.Type = Integer.self
  ) -> Integer? {
    guard option.value.count == Integer.bitWidth / 8 else { return nil }
    return integer(at: option.value.lowerBound, order)
  }
}
