import Testing
import Wire
import Workbench

/// The recordings of real clusters, at the top of the repository.
private let recordings = String(
  #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 } + "/captures"
)

/// The model must look like the kernel: the same datagram at the same places with the same addresses and TTLs.
@Suite struct `The shape of a model's capture` {
  struct Case: CustomTestStringConvertible {
    var recording: String
    var scenario: String
    var isTunnelled: Bool
    var isV6 = false

    var testDescription: String { "\(recording) as \(scenario)" }
  }

  @Test(arguments: [
    Case(
      recording: "iptables-hostgw-cluster",
      scenario: "clean-cluster",
      isTunnelled: false
    ),
    Case(
      recording: "nftables-vxlan-cluster",
      scenario: "clean-cluster-vxlan",
      isTunnelled: true
    ),
    Case(
      recording: "iptables-hostgw-v6-cluster",
      scenario: "clean-cluster-v6",
      isTunnelled: false,
      isV6: true
    ),
    Case(recording: "iptables-hostgw-local", scenario: "clean-local", isTunnelled: false),
  ])
  func `is that of the real recording`(situation: Case) throws {
    let real = try sightings(
      ["n1", "n2", "n3"].map { ($0, "\(recordings)/\(situation.recording)/\($0).pcap") },
      isTunnelled: situation.isTunnelled
    )
    let recording = try #require(Scenario.named(situation.scenario)).play(seed: 7)
    let model = try sightings(recording, isTunnelled: situation.isTunnelled)
    let realShapes = shapes(real)
    let modelShapes = shapes(model)
    #expect(!realShapes.isEmpty)
    // Every journey of the real cluster is one of the model's, and no other is.
    #expect(modelShapes == realShapes)
  }

  /// The distinct journeys of datagrams, each as lines, with the other node's name left out.
  private func shapes(_ all: [Sighting]) -> Set<String> {
    let payloads = Set(all.filter { $0.payload.hasPrefix("Message number 3 ".hex) }.map(\.payload))
    return Set(
      payloads.map { payload in
        let (forward, back) = journey(all, payload: payload)
        let text =
          (Set(forward).sorted() + ["then back:"] + Set(back).sorted()).joined(separator: "\n")
        let ingress = forward.first { $0.hasSuffix("client>virtual") }?.prefix(2) ?? ""
        return text.split(separator: "\n").map { line in
          line.hasPrefix(ingress) ? "ingress" + line.dropFirst(2) : "backend" + line.dropFirst(2)
        }.joined(separator: "\n")
      }
    )
  }

  /// What the recordings lack, as a kernel showed it in network namespaces (6.18, bridge-nf-call-iptables on).
  @Test(arguments: [
    (
      "clean-cluster-ip", true,
      [
        "n1 veth In 64 pod>service", "n1 veth Out 64 pod>pod", "then back:",
        "n1 veth In 64 pod>pod", "n1 veth Out 64 service>pod",
      ]
    ),
    (
      "clean-cluster-ip", false,
      [
        "n1 bridge In 64 pod>pod", "n1 nic Out 63 pod>pod", "n1 veth In 64 pod>service",
        "n2 bridge Out 62 pod>pod", "n2 nic In 63 pod>pod", "n2 veth Out 62 pod>pod", "then back:",
        "n1 bridge Out 62 service>pod", "n1 nic In 63 pod>pod", "n1 veth Out 62 service>pod",
        "n2 bridge In 64 pod>pod", "n2 nic Out 63 pod>pod", "n2 veth In 64 pod>pod",
      ]
    ),
    (
      "hairpin", true,
      [
        "n3 veth In 64 pod>service", "n3 veth Out 64 bridge>pod", "then back:",
        "n3 veth In 64 pod>bridge", "n3 veth Out 64 service>pod",
      ]
    ),
    (
      "clean-host-network", true,
      ["n1 nic In 63 client>virtual", "then back:", "n1 nic Out 64 virtual>client"]
    ),
  ])
  func `is that of the kernel`(name: String, isLocal: Bool, journeyLines: [String]) throws {
    let recording = try #require(Scenario.named(name)).play(seed: 7)
    let all = try sightings(recording)
    // Of the third datagrams, which meet warm tables, one that stayed on its node, or went to n2.
    let truth = try #require(
      recording.truth.datagrams.first { datagram in
        guard datagram.number == 3, let pod = datagram.pod else { return false }
        switch name {
        case "hairpin": return pod == "s3"
        case "clean-host-network": return pod == "h-n1"
        default: return pod == (isLocal ? "s1" : "s2")
        }
      }
    )
    let payload = "Message number 3 from: \(truth.client)".hex
    let (forward, back) = journey(all, payload: payload)
    #expect(Set(forward).sorted() + ["then back:"] + Set(back).sorted() == journeyLines)
  }

  @Test func `gives IPv6 fragments a new id at every node that translates`() throws {
    let recording = try #require(Scenario.named("clean-fragments-v6")).play(seed: 1)
    let lines = try dissect(
      recording.captures[0].bytes,
      "sll.pkttype",
      "ipv6.fraghdr.ident",
      "ipv6.hlim",
      "ipv6.plen"
    )
    // Three fragments in and three out, as the kernel cut them: 1,456, 1,456 and 124 bytes.
    #expect(lines[0...2].map { $0.split(separator: " ").last } == ["1456", "1456", "124"])
    #expect(lines[3...5].map { $0.split(separator: " ").last } == ["1456", "1456", "124"])
    let ids = lines[0...5].map { $0.split(separator: " ")[1] }
    #expect(Set(ids[0...2]).count == 1 && Set(ids[3...5]).count == 1 && ids[0] != ids[3])
  }

  @Test func `has the outer checksum of a real VXLAN packet over an unfinished inner one`() {
    // The third packet of nftables-vxlan-cluster's n1: its outer checksum is 0x0f96.
    let tuple = FiveTuple(
      from: Endpoint(IPAddress(v4: 0x0af4_0100), 30_916),
      to: Endpoint(IPAddress(v4: 0x0af4_0302), 20_001)
    )
    var inner = UDPSegment(
      tuple,
      payload: Array("Message number 0 from: 203.0.113.2:40000".utf8),
      checksum: .partial
    ).packet
    inner.hopLimit = 62
    inner.identification = 46_741
    inner.dontFragment = true
    let tunnel = Tunnel.vxlan(
      network: 1,
      from: MACAddress(0x0200_0000_0001),
      to: MACAddress(0x0200_0000_0003)
    )
    let outer = tunnel.wrap(
      inner,
      from: IPAddress(v4: 0xc0a8_630b),
      to: IPAddress(v4: 0xc0a8_630d),
      sourcePort: 35_897
    )
    #expect(outer.localChecksumOffload(inner) == 0x0f96)
  }
}
