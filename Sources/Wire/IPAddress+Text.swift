extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
  /// Dotted IPv4, or IPv6 as RFC 5952 writes it.
  public var description: String {
    String(decoding: textBytes(append), as: UTF8.self)
  }

  /// Appends what `description` says: a report names a hundred thousand addresses, and a string each takes memory.
  public func append(to text: inout [UInt8]) {
    if isV4 {
      for shift in [24, 16, 8, 0] as [UInt32] {
        text.append(decimal: UInt64(v4Bits >> shift & 0xff))
        if shift > 0 { text.append(UInt8(ascii: ".")) }
      }
    } else {
      appendGroups(to: &text)
    }
  }

  /// Reads what `description` writes and every other RFC 4291 form; no zone, no prefix length.
  public init?(_ text: String) {
    self.init(text[...])
  }

  public init?(_ text: Substring) {
    if text.utf8.contains(UInt8(ascii: ":")) {
      guard let address = Self.v6(text) else { return nil }
      self = address
    } else {
      guard let bits = Self.v4(text) else { return nil }
      self.init(v4: bits)
    }
  }

  private func group(_ index: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
  }

  private func appendGroups(to text: inout [UInt8]) {
    // RFC 5952, 4.2: the first longest run of zero groups, if longer than one.
    var best = 8..<8
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, group(end) == 0 { end += 1 }
      if end - start > max(best.count, 1) { best = start..<end }
      start = max(end, start + 1)
    }
    var index = 0
    while index < 8 {
      if index == best.lowerBound {
        text.append(UInt8(ascii: ":"))
        text.append(UInt8(ascii: ":"))
        index = best.upperBound
      } else {
        if index > 0, index != best.upperBound { text.append(UInt8(ascii: ":")) }
        text.append(hexadecimal: group(index))
        index += 1
      }
    }
  }

  private static func v4(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      // A leading zero once meant octal: refuse it rather than choose a meaning.
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
        part == "0" || part.first != "0", let byte = UInt8(part)
      else { return nil }
      bits = bits << 8 | UInt32(byte)
    }
    return bits
  }

  private static func v6(_ text: Substring) -> Self? {
    var head: [UInt16] = []
    var tail: [UInt16]?
    var rest = text
    if rest.hasPrefix("::") {
      tail = []
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      let end = rest.firstIndex(of: ":") ?? rest.endIndex
      let part = rest[..<end]
      var groups: [UInt16]
      if end == rest.endIndex, part.contains(".") {
        guard let bits = v4(part) else { return nil }
        groups = [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
      } else {
        guard (1...4).contains(part.utf8.count),
          part.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
          let group = UInt16(part, radix: 16)
        else { return nil }
        groups = [group]
      }
      if tail == nil { head += groups } else { tail? += groups }
      groups = []
      rest = rest[end...]
      guard !rest.isEmpty else { break }
      if rest.hasPrefix("::") {
        guard tail == nil else { return nil }
        tail = []
        rest = rest.dropFirst(2)
      } else {
        rest = rest.dropFirst()
        guard !rest.isEmpty else { return nil }
      }
    }
    let given = head.count + (tail?.count ?? 0)
    guard tail == nil ? given == 8 : given < 8 else { return nil }
    let all = head + Array(repeating: 0, count: 8 - given) + (tail ?? [])
    func word(_ groups: ArraySlice<UInt16>) -> UInt64 {
      groups.reduce(0) { $0 << 16 | UInt64($1) }
    }
    return Self(high: word(all[0..<4]), low: word(all[4..<8]))
  }
}
