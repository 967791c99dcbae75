internal import JSONText
internal import Wire

/// Reading of the forms that Kubernetes objects are made of. `null` is as good as absent everywhere.
extension JSONReader {
  /// Enters an object, unless there is a `null` in its place.
  mutating func entersObject() throws(JSONError) -> Bool {
    if try isNull() { return false }
    try beginObject()
    return true
  }

  mutating func entersArray() throws(JSONError) -> Bool {
    if try isNull() { return false }
    try beginArray()
    return true
  }

  mutating func stringIfAny() throws(JSONError) -> String? {
    try isNull() ? nil : try string()
  }

  mutating func boolIfAny() throws(JSONError) -> Bool? {
    try isNull() ? nil : try bool()
  }

  mutating func address() throws(JSONError) -> IPAddress {
    let start = try startOfValue()
    guard let address = IPAddress(try string()) else {
      throw JSONError(.unsuitable(expected: "an IP address"), at: start)
    }
    return address
  }

  /// An address, or nothing where the API writes an empty string or `None`.
  mutating func addressIfAny() throws(JSONError) -> IPAddress? {
    if try isNull() { return nil }
    var ahead = self
    let text = try ahead.text()
    if text.equals("") || text.equals("None") {
      self = ahead
      return nil
    }
    return try address()
  }

  mutating func addresses() throws(JSONError) -> [IPAddress] {
    var addresses: [IPAddress] = []
    guard try entersArray() else { return addresses }
    while try nextElement() {
      if let address = try addressIfAny() { addresses.append(address) }
    }
    return addresses
  }

  mutating func block() throws(JSONError) -> AddressBlock {
    let start = try startOfValue()
    guard let block = AddressBlock(try string()) else {
      throw JSONError(.unsuitable(expected: "a block of addresses like 10.244.1.0/24"), at: start)
    }
    return block
  }

  /// A port number from 1 on.
  mutating func port() throws(JSONError) -> UInt16 {
    let start = try startOfValue()
    guard let port = UInt16(exactly: try integer()), port > 0 else {
      throw JSONError(.unsuitable(expected: "a port from 1 to 65535"), at: start)
    }
    return port
  }

  /// A port number, or nothing where the API writes 0 or `null`.
  mutating func portIfAny() throws(JSONError) -> UInt16? {
    if try isNull() { return nil }
    var ahead = self
    if try ahead.kind() == .number, try ahead.integer() == 0 {
      self = ahead
      return nil
    }
    return try port()
  }

  mutating func timestampIfAny() throws(JSONError) -> Timestamp? {
    if try isNull() { return nil }
    let start = try startOfValue()
    guard let time = Timestamp(try string()) else {
      throw JSONError(
        .unsuitable(expected: "a time like 2026-11-21T06:49:09Z"),
        at: start
      )
    }
    return time
  }

  mutating func transport() throws(JSONError) -> Transport {
    let start = try startOfValue()
    let text = try text()
    switch text {
    case "UDP": return .udp
    case "TCP": return .tcp
    case "SCTP": return .sctp
    default: throw JSONError(.unsuitable(expected: "UDP, TCP or SCTP"), at: start)
    }
  }

  /// One of the words that a field allows.
  mutating func word<Word: RawRepresentable>(
    _ expected: String,
    as type: Word.Type = Word.self
  ) throws(JSONError) -> Word where Word.RawValue == String {
    let start = try startOfValue()
    guard let word = Word(rawValue: try string()) else {
      throw JSONError(.unsuitable(expected: expected), at: start)
    }
    return word
  }
}
