internal import Glibc

/// A network interface, as the kernel tells of it.
public struct NetworkLink: Hashable, Sendable {
  public var index: UInt32
  public var name: String
  /// What makes it: `veth`, `bridge`, `vxlan`; empty for hardware.
  public var kind: String
  public var isUp: Bool
  public var isLoopback: Bool
  public var mtu: UInt32
  public var counters = Counters()

  public init(index: UInt32, name: String, kind: String = "", isUp: Bool) {
    self.index = index
    self.name = name
    self.kind = kind
    self.isUp = isUp
    isLoopback = false
    mtu = 0
  }

  /// Since the interface was made.
  public struct Counters: Hashable, Sendable {
    public var received: UInt64 = 0
    public var sent: UInt64 = 0
    /// Lost before any program could see them: the hardware or the driver had no room.
    public var missed: UInt64 = 0
    /// Not taken from the device by the kernel, for want of room or for their length; where nobody captures, also those
    /// of protocols that nobody listens to.
    public var refused: UInt64 = 0
    /// Not sent: the driver, or what it hands frames to, did not take them.
    public var unsent: UInt64 = 0

    public init() {}
  }
}

extension NetworkLink {
  /// Reads an RTM_NEWLINK or RTM_DELLINK message.
  ///
  ///      0        1        2                 4                 8        12       16
  ///     +--------+--------+-----------------+-----------------+--------+--------+
  ///     | family | unused |  hardware type  |      index      |  flags | change |  then attributes
  ///     +--------+--------+-----------------+-----------------+--------+--------+
  init?(_ bytes: Span<UInt8>, in body: Range<Int>) {
    let start = body.lowerBound
    guard body.count >= 16, body.upperBound <= bytes.count else { return nil }
    // A bridge tells of its ports in messages of its own family: one that leaves it is not gone.
    guard bytes[start] == 0 else { return nil }
    index = bytes.native32(at: start + 4)
    let flags = bytes.native32(at: start + 8)
    isUp = flags & 1 != 0
    isLoopback = flags & 8 != 0
    (name, kind, mtu) = ("", "", 0)
    var attributes = NetlinkPieces.attributes(in: start + 16..<body.upperBound)
    while let attribute = attributes.next(in: bytes) {
      let value = attribute.body
      switch attribute.type {
      case 3: name = bytes.text(in: value)
      case 4 where value.count >= 4: mtu = bytes.native32(at: value.lowerBound)
      case 18:
        var nested = NetlinkPieces.attributes(in: value)
        while let information = nested.next(in: bytes) {
          if information.type == 1 { kind = bytes.text(in: information.body) }
        }
      // A struct rtnl_link_stats64.
      case 23 where value.count >= 24 * 8:
        func counter(_ place: Int) -> UInt64 { bytes.native64(at: value.lowerBound + 8 * place) }
        counters.received = counter(0)
        counters.sent = counter(1)
        counters.refused = counter(6)
        counters.unsent = counter(7)
        // Most drivers use one of the two, and some count one loss in both.
        counters.missed = max(counter(14), counter(15))
      default: break
      }
    }
    guard index > 0, !name.isEmpty else { return nil }
  }
}

/// The name of an interface by its number, straight from the kernel; nil where it is gone.
public func interfaceName(_ number: UInt32) -> String? {
  var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
  // SAFETY: the kernel writes at most IF_NAMESIZE bytes, the last of them a zero.
  guard unsafe if_indextoname(number, &name) != nil else { return nil }
  return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
