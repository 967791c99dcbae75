/// Bytes from hexadecimal digits; blanks are for the reader.
public func bytes(_ hex: String) -> [UInt8] {
  let digits = hex.filter { !$0.isWhitespace }
  return stride(from: 0, to: digits.count, by: 2).compactMap { offset in
    let start = digits.index(digits.startIndex, offsetBy: offset)
    return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)
  }
}

/// What `body` writes.
public func written(_ body: (inout OutputSpan<UInt8>) -> Void) -> [UInt8] {
  Array(capacity: 65_536) { output in body(&output) }
}

/// A small generator with a seed, so that a failure can be had again.
public struct SplitMix64: RandomNumberGenerator {
  public var state: UInt64

  public init(state: UInt64) {
    self.state = state
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}

/// Some valid message, damaged: bytes flipped, cut off, doubled or put in.
public func damaged(_ message: [UInt8], by random: inout SplitMix64) -> [UInt8] {
  var message = message
  for _ in 0...Int.random(in: 0..<4, using: &random) {
    let place = message.isEmpty ? 0 : Int.random(in: 0..<message.count, using: &random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0 where !message.isEmpty: message[place] = UInt8.random(in: 0...255, using: &random)
    case 1 where !message.isEmpty: message[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: message.removeLast(message.count - place)
    case 3: message.insert(UInt8.random(in: 0...255, using: &random), at: place)
    default: message += message[place...].prefix(40)
    }
  }
  return message
}
