/// What one layer of IP in a frame held, as far as its bytes allow.
///
/// A flat value: a tunnel's inner packet is decoded into a second one by `inner(in:)`. Offsets count from the start
/// of the frame.
@frozen
public struct Packet: Sendable {
  public enum Kind: UInt8, Sendable {
    /// No IP packet that could be read; `flaw` says why, or `.none` for a frame that carries no IP.
    case none
    /// A UDP datagram, or its first fragment.
    case datagram
    /// A fragment that is not the first: it has addresses and no ports.
    case laterFragment
    /// An ICMP or ICMPv6 error that quotes the packet which failed.
    case icmpError
    /// An ARP or neighbour-discovery message that says who has an address.
    case neighbour
    /// IP in IP, or GRE: `inner(in:)` has the rest.
    case tunnel
    /// Another protocol over IP.
    case other
  }

  /// Which way a frame went at its interface, where the capture says so.
  public enum Direction: UInt8, Sendable {
    case unknown
    case incoming
    case outgoing
    /// Seen on its way to another host, as a promiscuous interface sees it; counts as incoming.
    case otherHost
  }

  /// What could hold another packet inside.
  public enum Tunnel: UInt8, Sendable {
    case none
    case vxlan
    case geneve
    case gre
    case ipInIP
  }

  // Computed, not stored: another module would call an accessor for each stored one.
  public struct Features: OptionSet, Sendable {
    public var rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    /// The capture holds less than the packet had.
    @inlinable public static var isCut: Self { Self(rawValue: 1) }
    @inlinable public static var isFirstFragment: Self { Self(rawValue: 2) }
    /// IPv4's `DF`.
    @inlinable public static var isUnfragmentable: Self { Self(rawValue: 4) }
    /// IPv4 options, or IPv6 extension headers other than the fragment header.
    @inlinable public static var hasOptions: Self { Self(rawValue: 8) }
    /// The last fragment of its datagram: no more follow.
    @inlinable public static var isLastFragment: Self { Self(rawValue: 16) }
    /// An IPv4 option of another kind than those every stack knows (Cilium's DSR option is one).
    @inlinable public static var hasUnusualOption: Self { Self(rawValue: 32) }
  }

  public var kind = Kind.none
  public var flaw = Flaw.none
  public var direction = Direction.unknown
  public var tunnel = Tunnel.none
  public var hopLimit: UInt8 = 0
  /// ICMP's type and code, where the packet is such an error.
  public var icmpType: UInt8 = 0
  public var icmpCode: UInt8 = 0
  /// How many tunnels this packet is inside of.
  public var depth: UInt8 = 0
  public var features: Features = []
  /// The UDP checksum field.
  public var checksum: UInt16 = 0
  public var tuple = FiveTuple(
    from: Endpoint(IPAddress(high: 0, low: 0), 0),
    to: Endpoint(IPAddress(high: 0, low: 0), 0),
    over: Transport(rawValue: 0)
  )
  /// The interface's number where the frame itself carries it (Linux cooked v2), else 0.
  public var interface: UInt32 = 0
  /// IPv4's id, or the id of an IPv6 fragment.
  public var identification: UInt32 = 0
  /// IPv6's flow label: like the IPv4 id it passes a NAT unchanged, but one is shared by a whole socket.
  public var flowLabel: UInt32 = 0
  /// Where the UDP payload (or a later fragment's bytes, or an ICMP error's quoted packet) begins.
  public var payloadOffset: UInt32 = 0
  /// How many bytes of the payload were captured.
  public var payloadCaptured: UInt32 = 0
  /// How long the whole datagram's payload is, by UDP's own length; a later fragment's length by IP's.
  public var payloadLength: UInt32 = 0
  /// Where a fragment's bytes belong in its datagram.
  public var fragmentOffset: UInt32 = 0
  /// Where this layer's IP header begins, and where the bytes end that belong to it.
  public var networkOffset: UInt32 = 0
  public var end: UInt32 = 0

  @inlinable
  public init() {}

  /// What of the IP header passes a NAT; 0 stands for none.
  ///
  /// An IPv6 datagram's flow label marks its socket; IPv4's id marks the datagram.
  @inlinable
  public var identity: UInt32 {
    @inline(always) get { tuple.source.address.isV4 ? identification : flowLabel }
  }
}

/// Why a packet could not be decoded further.
public enum Flaw: UInt8, Sendable, CaseIterable {
  case none
  /// The capture ends inside a header.
  case cutLinkHeader
  case cutNetworkHeader
  case cutTransportHeader
  /// The version nibble is neither 4 nor 6, or not what the layer before promised.
  case badVersion
  case badHeaderLength
  case badTotalLength
  case badUDPLength
  /// An IPv6 extension chain longer than any real one.
  case longExtensionChain
  case unknownLinkType
}

extension Flaw: CustomStringConvertible {
  public var description: String {
    switch self {
    case .none: "none"
    case .cutLinkHeader: "cut-link-header"
    case .cutNetworkHeader: "cut-network-header"
    case .cutTransportHeader: "cut-transport-header"
    case .badVersion: "bad-version"
    case .badHeaderLength: "bad-header-length"
    case .badTotalLength: "bad-total-length"
    case .badUDPLength: "bad-udp-length"
    case .longExtensionChain: "long-extension-chain"
    case .unknownLinkType: "unknown-link-type"
    }
  }

  /// Whether the capture merely ended here, as opposed to bytes that contradict each other.
  public var isTruncation: Bool {
    switch self {
    case .cutLinkHeader, .cutNetworkHeader, .cutTransportHeader: true
    default: false
    }
  }
}
