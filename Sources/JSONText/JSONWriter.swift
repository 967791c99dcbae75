/// Writes JSON as it is told, in the order it is told: the same calls give the same bytes.
///
/// The bytes gather in `bytes`; a caller that writes more than it wants to hold takes them away with `drain()`.
public struct JSONWriter: Sendable {
  public enum Style: Hashable, Sendable {
    /// No blank at all: one line, for a line of JSON Lines or a message.
    case compact
    /// Two spaces a level, one member a line, `"key": value`.
    case pretty
  }

  public private(set) var bytes: [UInt8] = []
  private let style: Style
  private var depth = 0
  /// Nothing stands in the innermost container yet.
  private var isEmpty = true
  private var followsKey = false

  public init(_ style: Style, reservingCapacity capacity: Int = 0) {
    self.style = style
    bytes.reserveCapacity(capacity)
  }

  /// Hands over what was written so far and goes on with an empty buffer.
  public mutating func drain() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: false) }
    return bytes
  }

  // MARK: Containers

  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  public mutating func object<E>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
    beginObject()
    try body(&self)
    endObject()
  }

  public mutating func array<E>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
    beginArray()
    try body(&self)
    endArray()
  }

  /// The name of the member whose value is written next.
  public mutating func key(_ name: String) {
    precondition(!followsKey, "a key is followed by its value")
    separate()
    appendQuoted(name)
    bytes.append(UInt8(ascii: ":"))
    if style == .pretty { bytes.append(0x20) }
    followsKey = true
  }

  // MARK: Values

  public mutating func string(_ text: String) {
    separate()
    appendQuoted(text)
  }

  /// A string that `body` appends byte by byte; all of them must stand for themselves, as in numbers and addresses.
  public mutating func string(appending body: (inout [UInt8]) -> Void) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    body(&bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  public mutating func integer(_ value: some BinaryInteger) {
    separate()
    appendInteger(value)
  }

  public mutating func bool(_ value: Bool) {
    separate()
    append(value ? "true" : "false")
  }

  public mutating func null() {
    separate()
    append("null")
  }

  /// The shortest digits that read back as this value; `null` for what JSON has no number for.
  public mutating func number(_ value: Double) {
    separate()
    append(value.isFinite ? "\(value)" : "null")
  }

  /// A number with exactly this many decimals, rounded to even; `null` for what JSON has no number for.
  public mutating func number(_ value: Double, decimals: Int) {
    precondition((0...9).contains(decimals), "zero to nine decimals")
    separate()
    var scale: Int64 = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value * Double(scale)).rounded(.toNearestOrEven)
    guard let units = Int64(exactly: scaled) else {
      append(value.isFinite ? "\(value)" : "null")
      return
    }
    if units < 0 { bytes.append(UInt8(ascii: "-")) }
    let magnitude = units.magnitude
    appendInteger(magnitude / scale.magnitude)
    guard decimals > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    var place = scale.magnitude / 10
    while place > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(magnitude / place % 10))
      place /= 10
    }
  }

  /// A tree; its members are written in the order of their names.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .integer(let value): integer(value)
    case .number(let value): number(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        key(name)
        self.value(member)
      }
      endObject()
    }
  }

  /// Ends a line between or after documents, where a newline is no part of a value.
  public mutating func newline() {
    precondition(depth == 0, "a line ends between values")
    bytes.append(0x0a)
    isEmpty = true
  }

  // MARK: Members at once

  public mutating func member(_ name: String, _ text: String) {
    key(name)
    string(text)
  }

  /// A member whose text `body` appends: see `string(appending:)`.
  public mutating func member(_ name: String, appending body: (inout [UInt8]) -> Void) {
    key(name)
    string(appending: body)
  }

  /// `null` stands for what is not known.
  public mutating func member(_ name: String, _ text: String?) {
    key(name)
    if let text { string(text) } else { null() }
  }

  public mutating func member(_ name: String, _ value: some BinaryInteger) {
    key(name)
    integer(value)
  }

  public mutating func member(_ name: String, _ flag: Bool) {
    key(name)
    bool(flag)
  }

  // MARK: Bytes

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    depth += 1
    isEmpty = true
  }

  private mutating func close(_ bracket: UInt8) {
    precondition(depth > 0 && !followsKey, "a container is closed once, after a whole member")
    depth -= 1
    if !isEmpty { breakLine() }
    bytes.append(bracket)
    isEmpty = false
  }

  /// Writes what stands between the last value and the next.
  private mutating func separate() {
    if followsKey {
      followsKey = false
      return
    }
    if !isEmpty, depth > 0 { bytes.append(UInt8(ascii: ",")) }
    isEmpty = false
    if depth > 0 { breakLine() }
  }

  private mutating func breakLine() {
    guard style == .pretty else { return }
    if depth < Self.lineStarts.count {
      bytes.append(contentsOf: Self.lineStarts[depth])
    } else {
      bytes.append(0x0a)
      for _ in 0..<2 * depth { bytes.append(0x20) }
    }
  }

  /// A line's end and the next one's indentation, by depth: one copy where there were a dozen.
  private static let lineStarts: [[UInt8]] = (0..<16).map { depth in
    [0x0a] + Array(repeating: 0x20, count: 2 * depth)
  }

  private mutating func append(_ ascii: String) {
    bytes.append(contentsOf: ascii.utf8)
  }

  private mutating func appendInteger(_ value: some BinaryInteger) {
    guard let small = Int64(exactly: value), small != .min else {
      append(String(value))
      return
    }
    if small < 0 { bytes.append(UInt8(ascii: "-")) }
    var length = 1
    var rest = small.magnitude / 10
    while rest > 0 {
      length += 1
      rest /= 10
    }
    // Filled from the end: room is made once, where appending asks for each digit whether there is any.
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: length))
    var place = bytes.count - 1
    rest = small.magnitude
    var written = bytes.mutableSpan
    while rest > 0 {
      written[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      place -= 1
    }
  }

  private mutating func appendQuoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    let start = bytes.count
    append(text)
    // Nearly no text has anything to escape: it is copied whole, and looked at afterwards.
    if hasEscaped(from: start) {
      bytes.removeLast(bytes.count - start)
      appendEscaped(text)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Whether any byte from `start` on is one that RFC 8259 wants escaped: quotation mark, backslash, control characters.
  private func hasEscaped(from start: Int) -> Bool {
    let written = bytes.span.extracting(start..<bytes.count)
    var found = false
    for index in written.indices {
      let byte = written[index]
      // All of them, without an early end: so it takes sixteen bytes at a time.
      let isEscaped = byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
      found = found || isEscaped
    }
    return found
  }

  private mutating func appendEscaped(_ text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x08: append("\\b")
      case 0x09: append("\\t")
      case 0x0a: append("\\n")
      case 0x0c: append("\\f")
      case 0x0d: append("\\r")
      case 0..<0x20:
        append("\\u00")
        bytes.append(UInt8(ascii: "0") + byte >> 4)
        let low = byte & 0xf
        bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
      default: bytes.append(byte)
      }
    }
  }
}
