internal import Wire

/// The one's complement sum of RFC 1071, of which IP, UDP and ICMP checksums are the complement.
struct InternetSum {
  private var total: UInt64 = 0

  mutating func add(_ value: UInt16) {
    total += UInt64(value)
  }

  /// Adds bytes that begin at an even offset; an odd last byte counts as if a zero followed.
  mutating func add(_ bytes: ArraySlice<UInt8>) {
    var index = bytes.startIndex
    while index + 1 < bytes.endIndex {
      total += UInt64(bytes[index]) << 8 | UInt64(bytes[index + 1])
      index += 2
    }
    if index < bytes.endIndex { total += UInt64(bytes[index]) << 8 }
  }

  mutating func add(_ address: IPAddress) {
    if !address.isV4 { addWords(address.high) }
    addWords(address.isV4 ? UInt64(address.v4Bits) : address.low)
  }

  /// The pseudo-header of a transport segment of `count` bytes.
  mutating func addPseudoHeader(
    from source: IPAddress,
    to destination: IPAddress,
    over transport: Transport,
    count: Int
  ) {
    add(source)
    add(destination)
    add(UInt16(transport.rawValue))
    add(UInt16(truncatingIfNeeded: count))
  }

  /// The sum folded to sixteen bits: what a checksum field shows before the hardware completes it.
  var folded: UInt16 {
    var sum = total
    while sum >> 16 != 0 { sum = (sum & 0xffff) + sum >> 16 }
    return UInt16(sum)
  }

  var checksum: UInt16 { ~folded }

  private mutating func addWords(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 16) { total += value >> shift & 0xffff }
  }
}
