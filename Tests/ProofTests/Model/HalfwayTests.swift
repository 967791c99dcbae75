import Affinity
import Correlation
import Testing
import Wire
import Workbench

/// One leg that carries the datagrams of two fronts: of one it is where they end, of the other only halfway.
@Suite struct `A leg that is one session's end and another's middle` {
  private static let client = Endpoint(IPAddress(v4: 0x0af4_0103), 60_000)
  private static let clusterIP = Endpoint(IPAddress(v4: 0x0a60_000a), 53)
  private static let balanced = Endpoint(IPAddress(v4: 0xc633_6407), 53)
  private static let pod = Endpoint(IPAddress(v4: 0x0af4_0302), 53)
  private static let node = Endpoint(IPAddress(v4: 0xc0a8_630b), 25_779)

  /// A pod behind a bridge asks a service by two of its addresses, from one socket.
  ///
  /// The bridge shows datagrams between their two translations.
  private static func fill(_ batch: inout SightingBatch, tellsWays: Bool) {
    var frame: UInt64 = 0
    func see(
      _ from: Endpoint,
      _ to: Endpoint,
      _ number: Int,
      hopLimit: UInt8,
      _ way: Link.Direction,
      on interface: UInt32
    ) {
      frame += 1
      var packet = UDPSegment(
        FiveTuple(from: from, to: to),
        payload: Array("datagram number \(number)".utf8)
      ).packet
      packet.hopLimit = hopLimit
      packet.identification = UInt32(number)
      let link: Link =
        tellsWays
        ? .linuxCookedV2(way, interface: interface, from: MACAddress(2))
        : .ethernet(from: MACAddress(2), to: MACAddress(3))
      let record = link.frame(packet)
      batch.add(
        record.span,
        as: tellsWays ? .linuxCookedV2 : .ethernet,
        originalLength: record.count,
        time: Timestamp(nanoseconds: 1_000_000_000_000 + Int64(frame) * 100_000),
        interface: tellsWays ? 0 : 1 << 31 + interface,
        witness: Witness(file: 0, frame: frame)
      )
    }
    for round in 0..<6 {
      var number = 1 + round * 4
      see(client, clusterIP, number, hopLimit: 64, .incoming, on: 5)
      see(client, pod, number, hopLimit: 64, .incoming, on: 3)
      see(client, pod, number, hopLimit: 63, .outgoing, on: 2)
      number += 1
      see(pod, client, number, hopLimit: 63, .incoming, on: 2)
      see(clusterIP, client, number, hopLimit: 62, .outgoing, on: 3)
      see(clusterIP, client, number, hopLimit: 62, .outgoing, on: 5)
      number += 1
      see(client, balanced, number, hopLimit: 64, .incoming, on: 5)
      see(client, pod, number, hopLimit: 64, .incoming, on: 3)
      see(node, pod, number, hopLimit: 63, .outgoing, on: 2)
      number += 1
      see(pod, node, number, hopLimit: 63, .incoming, on: 2)
      see(balanced, client, number, hopLimit: 62, .outgoing, on: 3)
      see(balanced, client, number, hopLimit: 62, .outgoing, on: 5)
    }
  }

  @Test(arguments: [true, false])
  func `is not gone on from for both`(tellsWays: Bool) {
    var batch = SightingBatch()
    Self.fill(&batch, tellsWays: tellsWays)
    var observer = NodeObserver()
    var observations: [Observation] = []
    observer.observe(batch) { observations += $0 }
    observer.finish { observations += $0.observations }
    let node = ObservedNode(
      Report.NodeCoverage(name: "n1", files: ["n1.pcap"]),
      matching: observer.counts,
      orphans: observer.orphans
    )
    let report = report(of: [NodeObservations(node: node, observations: observations)])
    let told = report.sessions.map { session in
      let places = session.placements.map { "\($0.seenSource) \($0.backend) \($0.datagrams)" }
      return "\(session.front) \(session.datagrams): \(places.joined(separator: ", "))"
    }
    #expect(
      told == [
        "\(Self.clusterIP) 6: \(Self.client) \(Self.pod) 6",
        "\(Self.balanced) 6: \(Self.node) \(Self.pod) 6",
      ]
    )
    #expect(report.findings.map(\.mode) == [])
  }
}
