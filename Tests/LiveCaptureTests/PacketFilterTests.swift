import LiveCapture
import Testing
import Wire

@Suite struct PacketFilterTests {
  /// IPv4 without options: 10.0.0.1:1000 to 10.0.0.2:53 over UDP, without a payload.
  static let datagram: [UInt8] = [
    0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    0x03, 0xe8, 0, 53, 0, 8, 0, 0,
  ]

  /// What stands before it on each link: null has the family 2, cooked captures end with 0x0800 or begin with it.
  static let links: [(LinkType, [UInt8])] = [
    (.ethernet, [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 8, 0]),
    (.linuxCooked, [0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 1, 0, 0, 8, 0]),
    (.linuxCookedV2, [8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 0, 0, 0, 0, 0, 1, 0, 0]),
    (.raw, []), (.rawBSD, []), (.rawOpenBSD, []), (.ipv4, []),
    (.null, [2, 0, 0, 0]), (.loop, [0, 0, 0, 2]),
  ]

  @Test(arguments: links)
  func `a filter sees through every link type`(linkType: LinkType, header: [UInt8]) throws {
    let frame = header + Self.datagram
    let filter = try PacketFilter("udp dst port 53 and src 10.0.0.1", linkType: linkType)
    #expect(filter.passes(frame))
    let other = try PacketFilter("udp dst port 54", linkType: linkType)
    #expect(!other.passes(frame))
  }

  @Test func `an empty filter matches all, and a cut frame only what it still shows`() throws {
    let all = try PacketFilter("", linkType: .raw)
    let port = try PacketFilter("udp port 53", linkType: .raw)
    let long = try PacketFilter("greater 1000", linkType: .raw)
    for length in 0...Self.datagram.count {
      let cut = Array(Self.datagram[..<length])
      #expect(all.passes(cut, of: 28))
      // The destination port ends at byte 24.
      #expect(port.passes(cut, of: 28) == (length >= 24))
      #expect(long.passes(cut, of: 1_400))
    }
  }

  @Test func `a mistake is told in libpcap's words`() {
    let error = #expect(throws: PacketFilterError.self) {
      try PacketFilter("udp prot 53", linkType: .ethernet)
    }
    #expect(error?.expression == "udp prot 53")
    #expect(error?.reason.contains("syntax error") == true)
  }

  @Test func `a set compiles once for each link type`() throws {
    var filters = FilterSet("udp")
    #expect(try filters.filter(for: .ethernet).linkType == .ethernet)
    #expect(try filters.filter(for: .raw).linkType == .raw)
    #expect(try filters.filter(for: .raw).passes(Self.datagram))
  }
}

extension PacketFilter {
  /// `matches` for `#expect`, which cannot take a span.
  func passes(_ frame: [UInt8], of length: Int? = nil) -> Bool {
    matches(frame.span, originalLength: UInt32(length ?? frame.count))
  }
}
