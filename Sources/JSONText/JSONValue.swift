/// A JSON value as a tree, for small documents.
///
/// Numbers written as integers stay exact. Of several members with one name the last counts; the order of members
/// is not kept.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads a whole text that holds one value.
  public init(_ bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes.span)
    self = try reader.value()
    try reader.end()
  }

  public init(_ text: String) throws(JSONError) {
    try self.init(Array(text.utf8))
  }
}

extension JSONValue {
  /// A member of an object; `nil` where there is none or this is no object.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  /// An element of an array; `nil` where there is none or this is no array.
  public subscript(index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  public var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// Either kind of number.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  public var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  public var object: [String: JSONValue]? {
    if case .object(let value) = self { value } else { nil }
  }

  public var isNull: Bool { self == .null }
}

extension JSONReader {
  /// Reads the next value whole.
  public mutating func value() throws(JSONError) -> JSONValue {
    switch try kind() {
    case .null:
      try null()
      return .null
    case .bool: return .bool(try bool())
    case .string: return .string(try string())
    case .number:
      let start = offset
      let number = try number()
      if let integer = number.integer { return .integer(integer) }
      guard let double = number.double else { throw JSONError(.outOfRange, at: start) }
      return .number(double)
    case .array:
      var elements: [JSONValue] = []
      try beginArray()
      while try nextElement() { elements.append(try value()) }
      return .array(elements)
    case .object:
      var members: [String: JSONValue] = [:]
      try beginObject()
      while let key = try nextKey() { members[key.decoded] = try value() }
      return .object(members)
    }
  }
}
