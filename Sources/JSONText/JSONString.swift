/// A string of a JSON text where it lies: compared without being copied, decoded only if asked.
///
/// The reader has checked escapes and UTF-8 before it hands one out.
public struct JSONString: ~Escapable {
  /// The bytes between the quotation marks, escapes still in them.
  public let bytes: Span<UInt8>
  public let hasEscapes: Bool

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, hasEscapes: Bool) {
    self.bytes = bytes
    self.hasEscapes = hasEscapes
  }

  public func equals(_ text: String) -> Bool {
    guard !hasEscapes else { return decoded == text }
    let utf8 = text.utf8
    guard utf8.count == bytes.count else { return false }
    var index = 0
    for byte in utf8 {
      guard bytes[index] == byte else { return false }
      index += 1
    }
    return true
  }

  /// Lets a `switch` over a key or an enumeration's value name its cases as literals.
  public static func ~= (text: String, string: borrowing JSONString) -> Bool {
    string.equals(text)
  }

  /// The text itself.
  public var decoded: String {
    hasEscapes ? unescaped : String(copying: bytes)
  }

  private var unescaped: String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      guard byte == UInt8(ascii: "\\"), index < bytes.count else {
        text.append(byte)
        continue
      }
      let escape = bytes[index]
      index += 1
      switch escape {
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0c)
      case UInt8(ascii: "n"): text.append(0x0a)
      case UInt8(ascii: "r"): text.append(0x0d)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"):
        var scalar = UInt32(bytes.codeUnit(at: index) ?? 0xfffd)
        index += 4
        if scalar & 0xfc00 == 0xd800, let low = bytes.codeUnit(at: index + 2) {
          scalar = 0x1_0000 + (scalar & 0x3ff) << 10 + UInt32(low & 0x3ff)
          index += 6
        }
        text += Array(String(UnicodeScalar(scalar) ?? "\u{fffd}").utf8)
      default: text.append(escape)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension Span<UInt8> {
  /// The UTF-16 code unit that four hexadecimal digits at `offset` write, if they are there.
  func codeUnit(at offset: Int) -> UInt16? {
    guard offset >= 0, offset <= count - 4 else { return nil }
    var unit: UInt16 = 0
    for index in offset..<offset + 4 {
      let digit: UInt8
      switch self[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = self[index] - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = self[index] - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = self[index] - UInt8(ascii: "A") + 10
      default: return nil
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}

extension String {
  /// A string of its own with these bytes.
  init(copying bytes: Span<UInt8>) {
    if let text = try? UTF8Span(validating: bytes) {
      self = String(copying: text)
    } else {
      // The reader hands out UTF-8 only; were it wrong, the reader of a message still sees where.
      self = "\u{fffd}"
    }
  }
}
