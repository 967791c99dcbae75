internal import Correlation
internal import Wire

/// The IP and UDP headers of a datagram, written anew with other addresses and nothing of its payload.
func headers(of sighting: Sighting, hiddenBy hide: inout Anonymizer) -> [UInt8] {
  let source = hide(sighting.tuple.source)
  let destination = hide(sighting.tuple.destination)
  let length = UInt32(8) &+ sighting.payloadLength
  var bytes: [UInt8] = []
  if source.address.isV4 {
    bytes.appendBig(0x4500 as UInt16)
    bytes.appendBig(UInt16(truncatingIfNeeded: length &+ 20))
    bytes.appendBig(UInt16(truncatingIfNeeded: sighting.identification))
    bytes.appendBig(0 as UInt16)
    bytes += [sighting.hopLimit, 17]
    bytes.appendBig(0 as UInt16)
    bytes.appendBig(source.address.v4Bits)
    bytes.appendBig(destination.address.v4Bits)
    let sum = headerSum(bytes)
    bytes[10] = UInt8(sum >> 8)
    bytes[11] = UInt8(sum & 0xff)
  } else {
    bytes.appendBig(0x6000_0000 as UInt32)
    bytes.appendBig(UInt16(truncatingIfNeeded: length))
    bytes += [17, sighting.hopLimit]
    for address in [source.address, destination.address] {
      bytes.appendBig(address.high)
      bytes.appendBig(address.low)
    }
  }
  bytes.appendBig(source.port)
  bytes.appendBig(destination.port)
  bytes.appendBig(UInt16(truncatingIfNeeded: length))
  // The real checksum would tell two bytes about the payload.
  bytes.appendBig(0 as UInt16)
  return bytes
}

/// The Internet checksum of an IPv4 header (RFC 1071).
private func headerSum(_ header: [UInt8]) -> UInt16 {
  var sum: UInt32 = 0
  for index in stride(from: 0, to: header.count, by: 2) {
    sum += UInt32(header[index]) << 8 | UInt32(header[index + 1])
  }
  while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
  return ~UInt16(truncatingIfNeeded: sum)
}

extension [UInt8] {
  fileprivate mutating func appendBig<Value: FixedWidthInteger>(_ value: Value) {
    for shift in stride(from: Value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> Value(shift)))
    }
  }
}
