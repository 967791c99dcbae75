import TestSupport
import Testing
import Wire
import Workbench

@Suite struct `Captures of the model` {
  @Test(arguments: [
    "clean-cluster-v6-vxlan", "clean-cluster-ip", "clean-fragments", "clean-fragments-v6",
    "clean-physical-vxlan", "clean-quic", "leader-change-v6", "stale-endpoint",
    "too-big-for-tunnel",
    "endpoint-refuses-vxlan", "hairpin",
  ])
  func `have no packet that tshark calls malformed`(name: String) throws {
    let recording = try #require(Scenario.named(name)).play(seed: 1).degraded(by: .merged)
    let folder = try TemporaryFolder()
    let file = try folder.write("all.pcapng", recording.captures[0].bytes)
    let faulty = try dissect(
      file: file,
      ["frame.number"],
      [
        // Random payloads look like RTCP to a guesser.
        "-d", "udp.port==20001,data", "-o", "ip.check_checksum:TRUE", "-Y",
        "_ws.malformed or ip.checksum.status==0",
      ]
    )
    #expect(faulty.isEmpty)
  }

  /// Where hardware completes checksums, what comes in from the network carries them, and all are right.
  @Test func `carry real checksums where the hardware completes them`() throws {
    let recording = try #require(Scenario.named("clean-physical-vxlan")).play(seed: 1)
    let lines = try dissect(
      recording.captures[0].bytes,
      "udp.checksum.status",
      "sll.pkttype",
      "sll.ifindex"
    )
    let fromNetwork = lines.filter { $0.hasSuffix(" 0 2") }
    #expect(!fromNetwork.isEmpty)
    #expect(fromNetwork.allSatisfy { $0 == "1 0 2" || $0 == "1,1 0 2" })
    // A pod's reply leaves its veth with a partial one.
    #expect(lines.contains { $0.hasPrefix("0 0 ") })
  }

  @Test func `show a wrong outer checksum only at the receiver`() throws {
    let recording = try #require(Scenario.named("wrong-encapsulation")).play(seed: 1)
    let lines = try dissect(
      recording.captures[2].bytes,
      "udp.checksum.status",
      "sll.pkttype",
      "sll.ifindex"
    )
    #expect(lines.contains("0,1 0 2"))
  }

  @Test func `are cut by a snap length`() throws {
    let recording = try play("clean-cluster").degraded(by: .snapLength(60, node: "n2"))
    #expect(recording.records[1].allSatisfy { $0.bytes.count == 60 && $0.originalLength > 60 })
    #expect(recording.records[0].contains { $0.bytes.count > 60 })
  }

  @Test func `are moved by a clock offset`() throws {
    let recording = try play("clean-cluster")
    let late = recording.degraded(by: .clockOffset(.milliseconds(-300), node: "n3"))
    let (before, after) = (recording.records[2][0].time, late.records[2][0].time)
    #expect(before.since(after) == .milliseconds(300))
    #expect(late.records[0] == recording.records[0])
  }

  @Test func `lose packets, nodes and never the truth`() throws {
    let recording = try play("clean-cluster")
    let worse = recording.degraded(
      by: .captureLoss(0.05, node: "n1", seed: 9),
      .missing(node: "n2")
    )
    let share = Double(worse.records[0].count) / Double(recording.records[0].count)
    #expect((0.92...0.98).contains(share))
    #expect(worse.captures.map(\.node) == ["n1", "n3"])
    #expect(worse.truth.placements == recording.truth.placements)
  }

  @Test func `are taken on one interface alone`() throws {
    let recording = try play("clean-cluster").degraded(by: .interfaces([2], node: "n1"))
    let lines = try dissect(recording.captures[0].bytes, "sll.ifindex")
    #expect(Set(lines) == ["2"])
  }

  @Test func `merge into one timeline with an interface each`() throws {
    let recording = try play("clean-cluster").degraded(by: .merged)
    let lines = try dissect(recording.captures[0].bytes, "frame.interface_name")
    #expect(Set(lines) == ["n1", "n2", "n3"])
    #expect(lines.count == recording.records.reduce(0) { $0 + $1.count })
  }

  @Test func `take stray traffic and floods besides`() throws {
    let recording = try play("clean-cluster")
      .degraded(by: .strayTraffic(50, seed: 1), .flooded(0.5, seed: 2))
    let lines = try dissect(
      recording.captures[1].bytes,
      "dns.qry.name",
      "sll.pkttype",
      "tcp.dstport"
    )
    #expect(lines.contains { $0.hasPrefix("example.com ") })
    #expect(lines.contains { $0.hasSuffix(" 6443") })
    #expect(lines.contains(" 3"))
  }

  private func play(_ name: String) throws -> Recording {
    try #require(Scenario.named(name)).play(seed: 1)
  }
}
