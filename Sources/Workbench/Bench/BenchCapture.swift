public import Wire

/// A large capture with known proportions, for benchmarks: every datagram once before NAT and once or twice after it.
///
/// The packets come at 100,000 a second, a twin 2 µs after its original. Payloads are 96 random bytes, so no two datagrams
/// are alike, and the IPv4 ids count up in each flow as a connected socket's do.
public struct BenchCapture: Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    /// 10,000 client flows and as many translated ones, on one Ethernet interface.
    case legs20k
    /// 850,000 client flows and as many translated ones.
    case legs1700k
    /// SLL2: each datagram at the NIC before NAT, and at the bridge and the veth after it.
    case any
    /// The translated twin inside VXLAN.
    case vxlan
  }

  public var kind: Kind
  public var packets: Int
  public var seed: UInt64
  public var isV6: Bool

  public init(_ kind: Kind, packets: Int, seed: UInt64 = 1, isV6: Bool = false) {
    self.kind = kind
    self.packets = packets
    self.seed = seed
    self.isV6 = isV6
  }

  /// How many client flows there are; each makes two legs.
  public var flows: Int { kind == .legs1700k ? 850_000 : 10_000 }

  public var link: LinkType { kind == .any ? .linuxCookedV2 : .ethernet }

  /// Calls `body` with the savefile's bytes, in pieces of some megabytes.
  public func forEachChunk<Failure: Error>(
    _ body: (borrowing [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var generator = SeededGenerator(seed: seed)
    let frames = BenchFrame.all(of: kind, isV6: isV6)
    let chunkSize = 4 << 20
    var chunk = Savefile.pcap([], link: link)
    chunk.reserveCapacity(chunkSize + 4_096)
    // The step is coprime to both numbers of flows: each is visited once before any is visited again.
    let step = 611_953
    var flow = 0
    var time: Int64 = 1_795_219_200_000_000_000
    var written = 0
    var round: UInt16 = 0
    var visited = 0
    while written < packets {
      let addresses = BenchFlow(index: flow, isV6: isV6)
      var payload = BenchPayload(drawnFrom: &generator)
      payload.identification = addresses.firstIdentification &+ round
      for (index, frame) in frames.enumerated() where written < packets {
        frame.append(
          to: &chunk,
          at: time + Int64(index) * 2_000,
          addresses: addresses,
          payload: payload
        )
        written += 1
      }
      time += Int64(frames.count) * 10_000
      flow = (flow + step) % flows
      visited += 1
      if visited % flows == 0 { round &+= 1 }
      if chunk.count >= chunkSize {
        try body(chunk)
        chunk.removeAll(keepingCapacity: true)
      }
    }
    try body(chunk)
  }
}
