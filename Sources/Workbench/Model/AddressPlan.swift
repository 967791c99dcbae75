internal import Wire

/// Which address stands for what: the plan of the recordings, for three nodes and for thirty.
struct AddressPlan {
  var isV6: Bool

  /// Node `index`, from zero: 192.168.99.11 or fd99::11 for the first.
  func node(_ index: Int) -> IPAddress {
    isV6
      ? IPAddress(high: 0xfd99 << 48, low: UInt64(0x11 + index))
      : IPAddress(v4: 0xc0a8_630b + UInt32(index))
  }

  /// An address of a node's pod network, such as 10.244.1.2 or fd00:244:1::2 of the first node's.
  func podNetwork(_ node: Int, host: Int) -> IPAddress {
    isV6
      ? IPAddress(high: 0xfd00_0244_0000_0000 | UInt64(node + 1) << 16, low: UInt64(host))
      : IPAddress(v4: 0x0af4_0000 | UInt32(node + 1) << 8 | UInt32(host))
  }

  func bridge(_ node: Int) -> IPAddress { podNetwork(node, host: 1) }

  func tunnel(_ node: Int) -> IPAddress { podNetwork(node, host: 0) }

  /// The node whose pod network an address lies in.
  func podNode(of address: IPAddress) -> Int? {
    guard address.isV4 != isV6 else { return nil }
    if isV6 {
      guard address.high >> 32 == 0xfd00_0244, address.high & 0xffff == 0 else { return nil }
      return Int(address.high >> 16 & 0xffff) - 1
    }
    guard address.v4Bits >> 16 == 0x0af4 else { return nil }
    return Int(address.v4Bits >> 8 & 0xff) - 1
  }

  func client(_ number: Int) -> IPAddress {
    if isV6 { return IPAddress(high: 0x2001_0db8_00cc_0000, low: UInt64(number)) }
    return number < 250
      ? IPAddress(v4: 0xcb00_7100 + UInt32(number)) : IPAddress(v4: 0xc612_0000 + UInt32(number))
  }

  /// The load balancer's address of a service, by its index.
  func virtual(_ service: Int) -> IPAddress {
    isV6
      ? IPAddress(high: 0x2001_0db8_001b_0000, low: UInt64(7 + service))
      : IPAddress(v4: 0xc633_6407 + UInt32(service))
  }

  func clusterIP(_ service: Int) -> IPAddress {
    isV6
      ? IPAddress(high: 0xfd00_0010_0096_0000, low: UInt64(0x10 + service))
      : IPAddress(v4: 0x0a60_0010 + UInt32(service))
  }
}
