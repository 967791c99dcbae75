internal import Wire

/// The addresses that a benchmark's flow wears before and after NAT.
struct BenchFlow {
  var client: Endpoint
  var front: Endpoint
  var seenSource: Endpoint
  var backend: Endpoint
  var firstIdentification: UInt16

  init(index: Int, isV6: Bool) {
    let pod = index % 50
    // Ten source ports a client; 64,499 is coprime to the factor, so no two flows to a pod share a seen source.
    let clientPort = UInt16(40_000 + index % 10)
    let seenPort = UInt16(1_024 + index / 50 * 40_503 % 64_499)
    firstIdentification = UInt16(truncatingIfNeeded: index &* 25_717)
    func address(_ high: UInt64, _ v4: UInt32, _ host: Int) -> IPAddress {
      isV6
        ? IPAddress(high: high, low: UInt64(host))
        : IPAddress(v4: v4 + UInt32(host))
    }
    client = Endpoint(address(0x2001_0db8_00cc_0000, 0xc612_0000, index / 10 + 1), clientPort)
    front = Endpoint(address(0x2001_0db8_001b_0000, 0xc633_6400, 7), 20_001)
    seenSource = Endpoint(address(0xfd99_0000_0000_0000, 0xc0a8_6300, 11), seenPort)
    backend = Endpoint(
      isV6
        ? IPAddress(
          high: 0xfd00_0244_0000_0000 | UInt64(1 + pod / 25) << 16,
          low: UInt64(2 + pod % 25)
        )
        : IPAddress(v4: 0x0af4_0000 | UInt32(1 + pod / 25) << 8 | UInt32(2 + pod % 25)),
      20_001
    )
  }
}

/// The 96 random bytes of a benchmark's datagram, and what its twins share besides.
struct BenchPayload {
  static let count = 96

  var words: [12 of UInt64]
  var identification: UInt16 = 0

  init(drawnFrom generator: inout SeededGenerator) {
    words = [12 of UInt64](repeating: 0)
    for index in words.indices { words[index] = generator.next() }
  }

  /// The one's complement sum of the bytes, not yet folded.
  var sum: UInt64 {
    var sum: UInt64 = 0
    for index in words.indices {
      let word = words[index].bigEndian
      sum += (word >> 48) + (word >> 32 & 0xffff) + (word >> 16 & 0xffff) + (word & 0xffff)
    }
    return sum
  }
}
