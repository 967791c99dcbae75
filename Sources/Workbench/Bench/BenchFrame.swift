internal import Wire

/// One vantage of a benchmark: a finished frame in which only addresses, id, checksums and payload change.
struct BenchFrame {
  private enum Checksum {
    case correct
    case partial
  }

  private let template: [UInt8]
  /// Where the inner IP header starts.
  private let network: Int
  private let isTranslated: Bool
  private let isV6: Bool
  private let checksum: Checksum
  /// The sum of the inner IPv4 header without addresses, id and checksum.
  private let headerSum: UInt64

  private init(
    _ link: Link,
    hopLimit: UInt8,
    isTranslated: Bool,
    isV6: Bool,
    checksum: Checksum,
    isTunnelled: Bool = false
  ) {
    let none = isV6 ? IPAddress(high: 0, low: 0) : IPAddress(v4: 0)
    let tuple = FiveTuple(from: Endpoint(none, 0), to: Endpoint(none, 0))
    let payload = [UInt8](repeating: 0, count: BenchPayload.count)
    var inner = UDPSegment(tuple, payload: payload, checksum: .zero).packet
    inner.hopLimit = hopLimit
    inner.dontFragment = !isV6
    var packet = inner
    if isTunnelled {
      packet = Tunnel.vxlan(
        network: 1,
        from: MACAddress(0x0200_0000_0001),
        to: MACAddress(0x0200_0000_0003)
      )
      .wrap(
        inner,
        from: IPAddress(v4: 0xc0a8_630b),
        to: IPAddress(v4: 0xc0a8_630d),
        sourcePort: 41_260
      )
    }
    template = link.frame(packet)
    network = template.count - inner.bytes.count
    self.isTranslated = isTranslated
    self.isV6 = isV6
    self.checksum = checksum
    var sum = InternetSum()
    // The header's own checksum is left out: here it is over zeros.
    sum.add(template[network..<(network + 10)])
    headerSum = UInt64(sum.folded)
  }

  static func all(of kind: BenchCapture.Kind, isV6: Bool) -> [BenchFrame] {
    let router = MACAddress(0x0200_0000_00fe)
    let node = MACAddress(0x0200_0000_000b)
    let peer = MACAddress(0x0200_0000_000d)
    switch kind {
    case .legs20k, .legs1700k, .vxlan:
      return [
        BenchFrame(
          .ethernet(from: router, to: node),
          hopLimit: 63,
          isTranslated: false,
          isV6: isV6,
          checksum: .correct
        ),
        BenchFrame(
          .ethernet(from: node, to: peer),
          hopLimit: 62,
          isTranslated: true,
          isV6: isV6,
          checksum: .correct,
          isTunnelled: kind == .vxlan
        ),
      ]
    case .any:
      return [
        BenchFrame(
          .linuxCookedV2(.incoming, interface: 2, from: router),
          hopLimit: 63,
          isTranslated: false,
          isV6: isV6,
          checksum: .partial
        ),
        BenchFrame(
          .linuxCookedV2(.outgoing, interface: 3, from: node),
          hopLimit: 62,
          isTranslated: true,
          isV6: isV6,
          checksum: .partial
        ),
        BenchFrame(
          .linuxCookedV2(.outgoing, interface: 4, from: node),
          hopLimit: 62,
          isTranslated: true,
          isV6: isV6,
          checksum: .partial
        ),
      ]
    }
  }

  func append(to chunk: inout [UInt8], at time: Int64, addresses: BenchFlow, payload: BenchPayload)
  {
    chunk.little32(UInt32(truncatingIfNeeded: time / 1_000_000_000))
    chunk.little32(UInt32(truncatingIfNeeded: time % 1_000_000_000))
    chunk.little32(UInt32(template.count))
    chunk.little32(UInt32(template.count))
    let start = chunk.count + network
    chunk.append(contentsOf: template)
    let source = isTranslated ? addresses.seenSource : addresses.client
    let destination = isTranslated ? addresses.backend : addresses.front
    let segment = start + (isV6 ? 40 : 20)
    var sum = UInt64(17 + 8 + BenchPayload.count)
    for index in 0..<2 {
      let endpoint = index == 0 ? source : destination
      if isV6 {
        chunk.put(endpoint.address.high, at: start + 8 + index * 16)
        chunk.put(endpoint.address.low, at: start + 16 + index * 16)
        sum += endpoint.address.high.sumOfWords + endpoint.address.low.sumOfWords
      } else {
        let bits = endpoint.address.v4Bits
        chunk.set16(UInt16(bits >> 16), at: start + 12 + index * 4)
        chunk.set16(UInt16(truncatingIfNeeded: bits), at: start + 14 + index * 4)
        sum += UInt64(bits >> 16) + UInt64(bits & 0xffff)
      }
      chunk.set16(endpoint.port, at: segment + index * 2)
    }
    if !isV6 {
      chunk.set16(payload.identification, at: start + 4)
      let addressesOnly = sum - UInt64(17 + 8 + BenchPayload.count)
      chunk.set16(
        ~(headerSum + addressesOnly + UInt64(payload.identification)).foldedSum,
        at: start + 10
      )
    }
    if checksum == .partial {
      chunk.set16(sum.foldedSum, at: segment + 6)
    } else {
      let ports = UInt64(source.port) + UInt64(destination.port)
      let correct = ~(sum + ports + UInt64(8 + BenchPayload.count) + payload.sum).foldedSum
      chunk.set16(correct == 0 ? 0xffff : correct, at: segment + 6)
    }
    for index in payload.words.indices {
      chunk.put(payload.words[index].bigEndian, at: segment + 8 + index * 8)
    }
  }
}

extension UInt64 {
  fileprivate var sumOfWords: UInt64 {
    (self >> 48) + (self >> 32 & 0xffff) + (self >> 16 & 0xffff) + (self & 0xffff)
  }

  fileprivate var foldedSum: UInt16 {
    var sum = self
    while sum >> 16 != 0 { sum = (sum & 0xffff) + sum >> 16 }
    return UInt16(sum)
  }
}

extension [UInt8] {
  fileprivate mutating func put(_ value: UInt64, at index: Int) {
    for byte in 0..<8 {
      self[index + byte] = UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * byte))
    }
  }
}
