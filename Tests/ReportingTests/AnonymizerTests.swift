@testable import Affinity
import JSONText
@testable import Reporting
import Testing
import Wire

@Suite struct AnonymizerTests {
  /// Rows of the reference implementation's test vectors: its key is the bytes 0 to 15, its input as many from 0 on.
  @Test(arguments: [
    (0, 0x726f_db47_dd0e_0e31 as UInt64), (1, 0x74f8_39c5_93dc_67fd), (7, 0xab02_00f5_8b01_d137),
    (8, 0x93f5_f579_9a93_2462), (15, 0xa129_ca61_49be_45e5),
  ])
  func `SipHash gives what its authors published`(length: Int, hash: UInt64) {
    let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    #expect(SipHash(key: key)((0..<length).map { UInt8($0) }) == hash)
  }

  @Test func `three words hash as their bytes do`() {
    let hash = SipHash(key: (1, 2))
    let bytes: [UInt8] = [3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]
    #expect(hash(3, 4, 5) == hash(bytes))
  }

  @Test(arguments: [
    ("203.0.113.1", "203.0.113.2", 30), ("203.0.113.1", "203.0.113.1", 32),
    ("10.244.1.1", "10.244.3.2", 22), ("10.0.0.1", "192.168.0.1", 0),
    ("2001:db8:cc::1", "2001:db8:cc::3", 126), ("2001:db8::1", "2001:db9::1", 31),
  ])
  func `addresses share as long a prefix as before`(left: String, right: String, length: Int) throws
  {
    var hide = Anonymizer(phrase: "a phrase")
    let first = try #require(IPAddress(left))
    let second = try #require(IPAddress(right))
    let hidden = (hide(first), hide(second))
    #expect(hidden.0.isV4 == first.isV4)
    let skipped = first.isV4 ? 96 : 0
    let difference = (hidden.0.high ^ hidden.1.high, hidden.0.low ^ hidden.1.low)
    let shared =
      difference.0 != 0
      ? difference.0.leadingZeroBitCount : 64 + difference.1.leadingZeroBitCount
    #expect(shared - skipped == length)
  }

  /// Subnets that look alike in their last bits must not be turned alike: who knows one address would know all.
  @Test(arguments: ["one", "another phrase"])
  func `how the end of an address is turned depends on its whole prefix`(phrase: String) {
    var hide = Anonymizer(phrase: phrase)
    // Odd steps: all prefixes differ, and their bits are spread.
    let subnets = (0..<400 as Range<UInt64>).map { ($0 &+ 1) &* 0x9e37_79b9_7f4a_7c15 }
    let octets = subnets.map { subnet in
      let address = IPAddress(v4: UInt32(truncatingIfNeeded: subnet >> 40) << 8 | 1)
      return (hide(address).low ^ address.low) & 0xff
    }
    // 400 throws of 256 sides leave some 53 out.
    #expect(Set(octets).count >= 180)
    for bit in 0..<8 {
      let turned = octets.count { $0 >> bit & 1 == 1 }
      // Five standard deviations about the half.
      #expect((150...250).contains(turned), "bit \(bit) of the last octet")
    }
    let hosts = subnets.map { subnet in
      let address = IPAddress(high: 0x2001_0db8 << 32 | subnet >> 32, low: 1)
      return hide(address).low ^ address.low
    }
    #expect(Set(hosts).count == 400)
    let halves = hosts.map { ($0 >> 32) ^ ($0 & 0xffff_ffff) }
    #expect(Set(halves).count >= 399)
    for bit in 0..<64 {
      let turned = hosts.count { $0 >> bit & 1 == 1 }
      #expect((150...250).contains(turned), "bit \(bit) of the interface's half")
    }
  }

  @Test func `a phrase gives the same addresses again, another one others`() throws {
    let address = try #require(IPAddress("203.0.113.1"))
    var (first, second, third) = (
      Anonymizer(phrase: "one"), Anonymizer(phrase: "one"), Anonymizer(phrase: "two")
    )
    #expect(first(address) == second(address))
    #expect(first(address) != third(address))
  }

  @Test func `no address and no name of the report is left in any format`() throws {
    var anonymizer = Anonymizer(phrase: "one")
    let report = sampleReport().anonymized(by: &anonymizer)
    var json: [UInt8] = []
    writeJSON(report) { (bytes: [UInt8]) throws(Never) in json += bytes }
    var text: [UInt8] = []
    let layout = TextLayout(showsSessions: true)
    writeText(report, layout: layout) { (bytes: [UInt8]) throws(Never) in text += bytes }
    let pages = [
      String(decoding: json, as: UTF8.self), String(decoding: text, as: UTF8.self),
      junitReport(report), prometheusReport(report),
    ]
    let secrets = [
      "203.0.113.", "2001:db8", "198.51.100.", "192.168.99.", "10.244.", "default", "udp-server",
      "dumps", "n1", "n2", "script", "s3",
    ]
    for page in pages {
      for secret in secrets where page.contains(secret) {
        let lines = page.split(separator: "\n").filter { $0.contains(secret) }
        Issue.record("\(secret) is left: \(lines.prefix(2))")
      }
    }
    #expect(try Schema().problems(of: JSONValue(json)) == [])
  }

  @Test func `a path of several words is replaced as a whole`() {
    var anonymizer = Anonymizer(phrase: "one")
    let hidden = anonymizer.name("dumps/node (7).pcap", "file")
    #expect(anonymizer.sentence("dumps/node (7).pcap") == hidden)
  }

  @Test func `what is counted stays as it was`() {
    let report = sampleReport()
    var anonymizer = Anonymizer(phrase: "one")
    let hidden = report.anonymized(by: &anonymizer)
    #expect(hidden.sessions.count == 5)
    #expect(hidden.sessions.reduce(0) { $0 + $1.datagrams } == 150)
    #expect(hidden.incidents[0].findings == ["F1", "F2", "F3"])
    #expect(
      hidden.findings[0].evidence[0].file
        == hidden.capture.nodes.first { $0.packets == 1_590 }?.files[0]
    )
    #expect(
      hidden.findings[0].client
        == "\(hidden.sessions.first { $0.client.port == 40_000 && $0.placements.count == 2 && $0.client == Endpoint(hidden.findings[0].client ?? "") }?.client ?? Endpoint(IPAddress(v4: 0), 0))"
    )
  }
}
