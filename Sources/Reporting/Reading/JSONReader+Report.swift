internal import JSONText
internal import Wire

/// Reading of the forms that reports are made of.
extension JSONReader {
  mutating func stringIfAny() throws(JSONError) -> String? {
    try isNull() ? nil : try string()
  }

  mutating func count() throws(JSONError) -> Int {
    let start = try startOfValue()
    guard let count = Int(exactly: try integer()) else {
      throw JSONError(.outOfRange, at: start)
    }
    return count
  }

  mutating func countIfAny() throws(JSONError) -> Int? {
    try isNull() ? nil : try count()
  }

  mutating func time() throws(JSONError) -> Timestamp {
    let start = try startOfValue()
    guard let time = Timestamp(try string()) else {
      throw JSONError(.unsuitable(expected: "a time like 2026-11-21T06:49:09Z"), at: start)
    }
    return time
  }

  mutating func timeIfAny() throws(JSONError) -> Timestamp? {
    try isNull() ? nil : try time()
  }

  mutating func endpoint() throws(JSONError) -> Endpoint {
    let start = try startOfValue()
    guard let endpoint = Endpoint(try string()) else {
      throw JSONError(.unsuitable(expected: "an endpoint like 203.0.113.1:53"), at: start)
    }
    return endpoint
  }

  mutating func endpointIfAny() throws(JSONError) -> Endpoint? {
    try isNull() ? nil : try endpoint()
  }

  mutating func strings() throws(JSONError) -> [String] {
    var strings: [String] = []
    try beginArray()
    while try nextElement() { strings.append(try string()) }
    return strings
  }

  /// Nothing stands for what a report must have and this one lacks.
  func needed<Value>(
    _ value: Value?,
    _ name: String,
    of start: Int
  ) throws(JSONError) -> Value {
    guard let value else { throw JSONError(.missing(name), at: start) }
    return value
  }
}
