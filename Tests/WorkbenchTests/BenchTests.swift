import Testing
import Workbench

@Suite struct `Bench captures` {
  private func bytes(_ capture: BenchCapture) -> [UInt8] {
    var bytes: [UInt8] = []
    capture.forEachChunk { bytes += $0 }
    return bytes
  }

  @Test(arguments: [false, true])
  func `hold a datagram and its translated twin, with good checksums`(isV6: Bool) throws {
    let capture = BenchCapture(.legs20k, packets: 2_000, isV6: isV6)
    let lines = try dissect(
      bytes(capture),
      isV6 ? "ipv6.hlim" : "ip.ttl",
      "udp.checksum.status",
      "udp.length",
      "udp.dstport",
      "frame.time_delta",
      isV6 ? "udp.port" : "ip.checksum.status"
    )
    #expect(lines.count == 2_000)
    #expect(lines[0].hasPrefix("63 1 104 20001 0.000000000"))
    #expect(lines[1].hasPrefix("62 1 104 20001 0.000002000"))
    #expect(lines[2].hasPrefix("63 1 104 20001 0.000018000"))
    #expect(lines.enumerated().allSatisfy { $1.hasPrefix($0 % 2 == 0 ? "63 1 " : "62 1 ") })
    if !isV6 { #expect(lines.allSatisfy { $0.hasSuffix(" 1") }) }
  }

  @Test func `have as many legs as their name says`() throws {
    let lines = try dissect(
      bytes(BenchCapture(.legs20k, packets: 20_000)),
      "ip.src",
      "udp.srcport",
      "ip.dst"
    )
    #expect(Set(lines).count == 20_000)
  }

  @Test func `show each datagram at three vantages`() throws {
    let lines = try dissect(
      bytes(BenchCapture(.any, packets: 3_000)),
      "sll.pkttype",
      "sll.ifindex",
      "ip.ttl",
      "udp.payload"
    )
    #expect(lines.count == 3_000)
    #expect(lines[0].hasPrefix("0 2 63 ") && lines[1].hasPrefix("4 3 62 "))
    #expect(lines[2].hasPrefix("4 4 62 "))
    #expect(Set(lines.compactMap { $0.split(separator: " ").last }).count == 1_000)
  }

  @Test(arguments: [false, true])
  func `wrap the twin in VXLAN`(isV6: Bool) throws {
    let lines = try dissect(
      bytes(BenchCapture(.vxlan, packets: 100, isV6: isV6)),
      "vxlan.vni",
      "udp.dstport",
      "udp.checksum.status"
    )
    #expect(lines[0] == " 20001 1")
    #expect(lines[1] == "1 8472,20001 3,1")
  }

  @Test func `are the same for the same seed`() throws {
    let capture = BenchCapture(.legs1700k, packets: 1_000, seed: 7)
    #expect(bytes(capture) == bytes(capture))
    #expect(bytes(capture) != bytes(BenchCapture(.legs1700k, packets: 1_000, seed: 8)))
  }
}
