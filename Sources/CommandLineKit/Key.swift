/// A key of the keyboard, as a terminal in raw mode tells of it.
public enum Key: Hashable, Sendable {
  case character(Character)
  case up, down, pageUp, pageDown, home, end
  case enter, tab, escape, backspace
  /// Ctrl-C, which a terminal in raw mode no longer makes a signal of.
  case interrupt
}

/// Makes keys of the bytes that a terminal sends, however they are cut into reads.
public struct KeyReader: Sendable {
  private var rest: [UInt8] = []

  public init() {}

  /// The keys in the bytes, with what was left of those before.
  ///
  /// An escape that nothing follows is the key itself: a terminal sends the sequence of an arrow in one piece.
  public mutating func take(_ bytes: [UInt8]) -> [Key] {
    rest += bytes
    var keys: [Key] = []
    while !rest.isEmpty {
      guard let (key, length) = next() else { break }
      if let key { keys.append(key) }
      rest.removeFirst(length)
    }
    return keys
  }

  /// The first key and how many bytes it takes; nil where more bytes are needed.
  private func next() -> (Key?, Int)? {
    switch rest[0] {
    case 0x1b: return sequence()
    case 0x03: return (.interrupt, 1)
    case 0x09: return (.tab, 1)
    case 0x0a, 0x0d: return (.enter, 1)
    case 0x08, 0x7f: return (.backspace, 1)
    case ..<0x20: return (nil, 1)
    case ..<0x80: return (.character(Character(Unicode.Scalar(rest[0]))), 1)
    default: return character()
    }
  }

  /// `ESC [ A`, `ESC O A`, `ESC [ 5 ~`, or the key alone.
  private func sequence() -> (Key?, Int)? {
    guard rest.count > 1 else { return (.escape, 1) }
    guard rest[1] == UInt8(ascii: "[") || rest[1] == UInt8(ascii: "O") else { return (.escape, 1) }
    guard let end = rest.dropFirst(2).firstIndex(where: { (0x40...0x7e).contains($0) }) else {
      // Longer than any that terminals send: it will not become one.
      return rest.count > 16 ? (nil, rest.count) : nil
    }
    let length = end + 1
    switch rest[end] {
    case UInt8(ascii: "A"): return (.up, length)
    case UInt8(ascii: "B"): return (.down, length)
    case UInt8(ascii: "H"): return (.home, length)
    case UInt8(ascii: "F"): return (.end, length)
    case UInt8(ascii: "~"):
      let number = String(decoding: rest[2..<end], as: UTF8.self)
      let keys: [String: Key] = [
        "1": .home, "7": .home, "4": .end, "8": .end, "5": .pageUp, "6": .pageDown,
      ]
      return (keys[number], length)
    default: return (nil, length)
    }
  }

  /// A character beyond ASCII.
  private func character() -> (Key?, Int)? {
    let length =
      switch rest[0] {
      case 0xc2...0xdf: 2
      case 0xe0...0xef: 3
      case 0xf0...0xf4: 4
      default: 1
      }
    guard rest.count >= length else { return nil }
    let text = String(decoding: rest.prefix(length), as: UTF8.self)
    guard length > 1, let character = text.first, character != "\u{fffd}" else { return (nil, 1) }
    return (.character(character), length)
  }
}
