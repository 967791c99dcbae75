extension JSONReader {
  /// Moves past the string whose opening quotation mark stands next.
  @_lifetime(copy self)
  mutating func scanString() throws(JSONError) -> JSONString {
    let start = offset + 1
    var index = start
    var hasEscapes = false
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        offset = index + 1
        return JSONString(bytes.extracting(start..<index), hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        index += try lengthOfEscape(at: index)
      case 0..<0x20: throw JSONError(.controlCharacter, at: index)
      case 0x20..<0x80: index += 1
      default: index += try lengthOfSequence(at: index)
      }
    }
    throw JSONError(.endsEarly, at: bytes.count)
  }

  private func lengthOfEscape(at start: Int) throws(JSONError) -> Int {
    guard start + 1 < bytes.count else { throw JSONError(.endsEarly, at: bytes.count) }
    switch bytes[start + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return 2
    case UInt8(ascii: "u"): break
    default: throw JSONError(.badEscape, at: start)
    }
    let unit = try codeUnit(ofEscapeAt: start)
    guard unit & 0xf800 == 0xd800 else { return 6 }
    // A high surrogate and a low one, in this order, write one character.
    guard unit & 0xfc00 == 0xd800, start + 6 < bytes.count, bytes[start + 6] == UInt8(ascii: "\\")
    else { throw JSONError(start + 6 < bytes.count ? .loneSurrogate : .endsEarly, at: start) }
    guard start + 7 < bytes.count else { throw JSONError(.endsEarly, at: bytes.count) }
    guard bytes[start + 7] == UInt8(ascii: "u") else { throw JSONError(.loneSurrogate, at: start) }
    guard try codeUnit(ofEscapeAt: start + 6) & 0xfc00 == 0xdc00 else {
      throw JSONError(.loneSurrogate, at: start)
    }
    return 12
  }

  private func codeUnit(ofEscapeAt start: Int) throws(JSONError) -> UInt16 {
    if let unit = bytes.codeUnit(at: start + 2) { return unit }
    throw JSONError(start + 6 > bytes.count ? .endsEarly : .badEscape, at: start)
  }

  /// The length of the UTF-8 sequence at `start` (RFC 3629, 4: no overlong form, no surrogate, at most U+10FFFF).
  private func lengthOfSequence(at start: Int) throws(JSONError) -> Int {
    let second: ClosedRange<UInt8>
    let length: Int
    switch bytes[start] {
    case 0xc2...0xdf: (length, second) = (2, 0x80...0xbf)
    case 0xe0: (length, second) = (3, 0xa0...0xbf)
    case 0xe1...0xec, 0xee...0xef: (length, second) = (3, 0x80...0xbf)
    case 0xed: (length, second) = (3, 0x80...0x9f)
    case 0xf0: (length, second) = (4, 0x90...0xbf)
    case 0xf1...0xf3: (length, second) = (4, 0x80...0xbf)
    case 0xf4: (length, second) = (4, 0x80...0x8f)
    default: throw JSONError(.notUTF8, at: start)
    }
    for index in start + 1..<start + length {
      guard index < bytes.count else { throw JSONError(.endsEarly, at: bytes.count) }
      let allowed = index == start + 1 ? second : 0x80...0xbf
      guard allowed.contains(bytes[index]) else { throw JSONError(.notUTF8, at: start) }
    }
    return length
  }

  /// Moves past the number that stands next.
  ///
  ///     [ "-" ] ( "0" / 1-9 *digit ) [ "." 1*digit ] [ ( "e" / "E" ) [ "+" / "-" ] 1*digit ]
  @_lifetime(copy self)
  mutating func scanNumber() throws(JSONError) -> JSONNumber {
    let start = offset
    var index = start
    if bytes[index] == UInt8(ascii: "-") { index += 1 }
    let whole = try digits(from: index, of: start)
    guard bytes[index] != UInt8(ascii: "0") || whole == index + 1 else {
      throw JSONError(.badNumber, at: start)
    }
    index = whole
    var isInteger = true
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      isInteger = false
      index = try digits(from: index + 1, of: start)
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-")
      {
        index += 1
      }
      index = try digits(from: index, of: start)
    }
    offset = index
    return JSONNumber(bytes.extracting(start..<index), isInteger: isInteger)
  }

  /// The end of the digits that begin at `first`, of which there must be one.
  private func digits(from first: Int, of start: Int) throws(JSONError) -> Int {
    var index = first
    while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
    guard index > first else {
      throw index < bytes.count
        ? JSONError(.badNumber, at: start) : JSONError(.endsEarly, at: bytes.count)
    }
    return index
  }
}
