/// Reads a JSON text (RFC 8259, UTF-8) value by value, without building a tree.
///
/// The caller asks for what it expects and everything else is stepped over, checked but never kept, so that the
/// memory that a reading needs is what the caller keeps:
///
///     try reader.beginObject()
///     while let key = try reader.nextKey() {
///       switch key {
///       case "name": name = try reader.string()
///       case "ports":
///         try reader.beginArray()
///         while try reader.nextElement() { ports.append(try reader.integer()) }
///       default: break  // An unread value is skipped by the next call.
///       }
///     }
///
/// No input traps. A copy of a reader reads ahead without moving the original.
public struct JSONReader: ~Escapable {
  /// How many containers may stand inside one another.
  public static let deepest = 128

  let bytes: Span<UInt8>
  /// Where the next token, or the blanks before it, begins.
  public internal(set) var offset: Int
  /// How many containers are open.
  public private(set) var depth = 0
  /// One bit for each open container, the innermost lowest: set where it is an object.
  private var objects: UInt128 = 0
  /// Nothing of the innermost container has been read yet.
  private var justOpened = false
  /// A value is due that the caller has not read yet.
  private var isValueDue = true

  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>) {
    self.bytes = bytes
    // RFC 8259, 8.1: a byte order mark may be ignored.
    let hasMark = bytes.count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf
    offset = hasMark ? 3 : 0
  }

  /// What stands next, without moving past it.
  public mutating func kind() throws(JSONError) -> JSONKind {
    switch try firstByte() {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case let other: throw JSONError(.unexpected(other), at: offset)
    }
  }

  // MARK: Containers

  public mutating func beginObject() throws(JSONError) {
    try expect(.object)
    try open(isObject: true)
  }

  public mutating func beginArray() throws(JSONError) {
    try expect(.array)
    try open(isObject: false)
  }

  /// The next key of the innermost object, which is left when there is none; skips a value that was not read.
  @_lifetime(copy self)
  public mutating func nextKey() throws(JSONError) -> JSONString? {
    precondition(depth > 0 && objects & 1 == 1, "nextKey is for the inside of an object")
    guard try nextMember(closing: UInt8(ascii: "}")) else { return nil }
    let first = try firstByte()
    guard first == UInt8(ascii: "\"") else { throw JSONError(.unexpected(first), at: offset) }
    let key = try scanString()
    let colon = try firstByte()
    guard colon == UInt8(ascii: ":") else { throw JSONError(.unexpected(colon), at: offset) }
    offset += 1
    isValueDue = true
    return key
  }

  /// Is there another element in the innermost array? It is left when there is none; skips one that was not read.
  public mutating func nextElement() throws(JSONError) -> Bool {
    precondition(depth > 0 && objects & 1 == 0, "nextElement is for the inside of an array")
    guard try nextMember(closing: UInt8(ascii: "]")) else { return false }
    isValueDue = true
    return true
  }

  private mutating func open(isObject: Bool) throws(JSONError) {
    guard depth < Self.deepest else { throw JSONError(.tooDeep, at: offset) }
    offset += 1
    depth += 1
    objects = objects << 1 | (isObject ? 1 : 0)
    justOpened = true
    isValueDue = false
  }

  private mutating func nextMember(closing: UInt8) throws(JSONError) -> Bool {
    if isValueDue { try skip() }
    var byte = try firstByte()
    if byte == closing {
      close()
      return false
    }
    if !justOpened {
      guard byte == UInt8(ascii: ",") else { throw JSONError(.unexpected(byte), at: offset) }
      offset += 1
      byte = try firstByte()
      // A comma promises a member.
      guard byte != closing else { throw JSONError(.unexpected(byte), at: offset) }
    }
    justOpened = false
    return true
  }

  private mutating func close() {
    offset += 1
    depth -= 1
    objects >>= 1
    justOpened = false
    isValueDue = false
  }

  // MARK: Single values

  /// A string where it lies.
  @_lifetime(copy self)
  public mutating func text() throws(JSONError) -> JSONString {
    try expect(.string)
    let string = try scanString()
    isValueDue = false
    return string
  }

  public mutating func string() throws(JSONError) -> String {
    try text().decoded
  }

  public mutating func bool() throws(JSONError) -> Bool {
    try expect(.bool)
    let isTrue = bytes[offset] == UInt8(ascii: "t")
    try literal(isTrue ? "true" : "false")
    return isTrue
  }

  public mutating func null() throws(JSONError) {
    try expect(.null)
    try literal("null")
  }

  /// Reads a `null` if one stands next, and says so: many writers write it for what is absent.
  public mutating func isNull() throws(JSONError) -> Bool {
    guard try kind() == .null else { return false }
    try literal("null")
    return true
  }

  /// A number where it lies.
  @_lifetime(copy self)
  public mutating func number() throws(JSONError) -> JSONNumber {
    try expect(.number)
    let number = try scanNumber()
    isValueDue = false
    return number
  }

  /// A number written as an integer, no fraction and no exponent.
  public mutating func integer() throws(JSONError) -> Int64 {
    let start = try startOfValue()
    let number = try number()
    guard number.isInteger else { throw JSONError(.notAnInteger, at: start) }
    guard let value = number.integer else { throw JSONError(.outOfRange, at: start) }
    return value
  }

  /// Any number that a `Double` can hold without becoming infinite.
  public mutating func double() throws(JSONError) -> Double {
    let start = try startOfValue()
    guard let value = try number().double else { throw JSONError(.outOfRange, at: start) }
    return value
  }

  /// Where the next value begins, for a message about it.
  public mutating func startOfValue() throws(JSONError) -> Int {
    _ = try firstByte()
    return offset
  }

  private mutating func expect(_ expected: JSONKind) throws(JSONError) {
    let found = try kind()
    guard found == expected else {
      throw JSONError(.expected(expected, found: found), at: offset)
    }
  }

  private mutating func literal(_ word: String) throws(JSONError) {
    for byte in word.utf8 {
      guard offset < bytes.count else { throw JSONError(.endsEarly, at: offset) }
      guard bytes[offset] == byte else { throw JSONError(.unexpected(bytes[offset]), at: offset) }
      offset += 1
    }
    isValueDue = false
  }

  // MARK: The rest

  /// Steps over the next value, whatever it is, checking it as strictly as if it were read.
  public mutating func skip() throws(JSONError) {
    let floor = depth
    repeat {
      if depth > floor {
        let hasMore = objects & 1 == 1 ? try nextKey() != nil : try nextElement()
        guard hasMore else { continue }
      }
      switch try kind() {
      case .object: try open(isObject: true)
      case .array: try open(isObject: false)
      case .string: _ = try text()
      case .number: _ = try number()
      case .bool: _ = try bool()
      case .null: try null()
      }
    } while depth > floor
  }

  /// Is nothing but blanks left? Otherwise another text follows, as where `kubectl` was run twice into one file.
  public mutating func isAtEnd() -> Bool {
    precondition(depth == 0, "a text ends outside of all containers")
    skipBlanks()
    isValueDue = true
    return offset >= bytes.count
  }

  /// Refuses anything but blanks after the value that was read.
  public mutating func end() throws(JSONError) {
    guard isAtEnd() else { throw JSONError(.moreAfterEnd, at: offset) }
  }

  mutating func skipBlanks() {
    var index = offset
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x0a, 0x0d, 0x09: index += 1
      default:
        offset = index
        return
      }
    }
    offset = index
  }

  private mutating func firstByte() throws(JSONError) -> UInt8 {
    skipBlanks()
    guard offset < bytes.count else { throw JSONError(.endsEarly, at: offset) }
    return bytes[offset]
  }
}
