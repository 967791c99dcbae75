/// Where in a JSON text a byte stands: for a person by line and column, for a program by its path.
public struct JSONLocation: Hashable, Sendable {
  /// Counted from 1.
  public var line: Int
  /// Counted from 1, in characters.
  public var column: Int
  /// Like `$.items[3].spec.ports[0].port`; a name that is no identifier stands in brackets and quotation marks.
  public var path: String

  /// Reads `bytes` again from the start, as far as needed; the text may be broken after `offset`, or at it.
  public init(of offset: Int, in bytes: Span<UInt8>) {
    (line, column) = (1, 1)
    for index in 0..<min(max(offset, 0), bytes.count) {
      if bytes[index] == 0x0a {
        (line, column) = (line + 1, 1)
      } else if bytes[index] & 0xc0 != 0x80 {
        column += 1
      }
    }
    path = "$"
    var reader = JSONReader(bytes)
    while !reader.isAtEnd() {
      var ahead = reader
      let isInside = (try? ahead.skip()) == nil || ahead.offset > offset
      if isInside {
        // What the reading stops at is the byte that is looked for.
        _ = try? path.descend(to: offset, with: &reader)
        return
      }
      reader = ahead
    }
  }

  /// The place of an error in the text that it came from; the path of what is missing ends in its name.
  public init(of error: JSONError, in bytes: Span<UInt8>) {
    self.init(of: error.offset, in: bytes)
    if case .missing(let name) = error.reason { path += Self.step(name) }
  }

  /// Spells `name` as a step of a path.
  public static func step(_ name: String) -> String {
    let isPlain =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
    guard !isPlain else { return "." + name }
    var writer = JSONWriter(.compact)
    writer.string(name)
    return "[" + String(decoding: writer.bytes, as: UTF8.self) + "]"
  }
}

extension String {
  /// Appends the steps from the value that stands next to the one around `target`.
  ///
  /// Every value is skipped once by a copy of the reader to see whether it ends before the target; only the one
  /// that does not is entered.
  fileprivate mutating func descend(to target: Int, with reader: inout JSONReader) throws(JSONError)
  {
    switch try reader.kind() {
    case .object:
      try reader.beginObject()
      while let key = try reader.nextKey() {
        guard reader.offset <= target else {
          // The target is the key itself, or what follows it.
          return
        }
        if try reader.endsBefore(target) { continue }
        self += JSONLocation.step(key.decoded)
        return try descend(to: target, with: &reader)
      }
    case .array:
      try reader.beginArray()
      var index = 0
      while try reader.nextElement() {
        if try reader.endsBefore(target) {
          index += 1
          continue
        }
        self += "[\(index)]"
        return try descend(to: target, with: &reader)
      }
    default: break
    }
  }
}

extension JSONReader {
  /// Skips the next value if all of it stands before `target`, else stays.
  fileprivate mutating func endsBefore(_ target: Int) throws(JSONError) -> Bool {
    var ahead = self
    guard (try? ahead.skip()) != nil, ahead.offset <= target else { return false }
    self = ahead
    return true
  }
}
