import Wire

/// Text put together byte by byte, where strings would cost more than the work that they report.
extension [UInt8] {
  mutating func append(decimal value: UInt64) {
    append(decimal: value, digits: value.digitCount)
  }

  /// The lowest `digits` digits, with leading zeros.
  mutating func append(decimal value: UInt64, digits: Int) {
    var rest = value
    let start = count
    for _ in 0..<digits {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    self[start...].reverse()
  }

  mutating func append(spaces count: Int) {
    for _ in 0..<Swift.max(0, count) { append(UInt8(ascii: " ")) }
  }

  /// An endpoint as its description, or its address alone.
  mutating func append(_ endpoint: Endpoint, hasPort: Bool) {
    if endpoint.address.isV4 {
      for shift in [UInt32(24), 16, 8, 0] {
        append(decimal: UInt64(endpoint.address.v4Bits >> shift & 0xff))
        if shift > 0 { append(UInt8(ascii: ".")) }
      }
    } else {
      if hasPort { append(UInt8(ascii: "[")) }
      append(contentsOf: endpoint.address.description.utf8)
      if hasPort { append(UInt8(ascii: "]")) }
    }
    guard hasPort else { return }
    append(UInt8(ascii: ":"))
    append(decimal: UInt64(endpoint.port))
  }
}

extension UInt64 {
  /// How many decimal digits the number has.
  var digitCount: Int {
    var count = 1
    var rest = self / 10
    while rest > 0 {
      count += 1
      rest /= 10
    }
    return count
  }
}
