import Wire

/// Text put together byte by byte, where strings would cost more than the work that they report.
extension [UInt8] {
  mutating func append(spaces count: Int) {
    append(contentsOf: repeatElement(UInt8(ascii: " "), count: Swift.max(0, count)))
  }

  /// An endpoint as its description, or its address alone.
  mutating func append(_ endpoint: Endpoint, hasPort: Bool) {
    if hasPort {
      endpoint.append(to: &self)
    } else {
      endpoint.address.append(to: &self)
    }
  }
}
