public import Wire

/// What clients send: a pattern that expands to flows.
public struct Traffic: Sendable {
  public enum Origin: Sendable {
    /// Outside the cluster, one address each.
    case external
    /// Outside, all behind one address, told apart by ports.
    case behindOne(IPAddress)
    case pod(String)
    case node(String)
  }

  public enum Front: Sendable {
    /// The load balancer's address.
    case virtual
    case clusterIP
    case nodePort(String)
    /// A pod's own address.
    case pod(String)
  }

  public enum Payload: Sendable {
    /// `Message number 7 from: 203.0.113.1:40000`.
    case message
    /// The same bytes in every datagram of every client.
    case identical(String)
    /// Random bytes.
    case random(Int)
    /// Random bytes, small and large by turns.
    case mixed(Int, Int)
    /// A QUIC connection: a long header first, then short headers with the server's connection id.
    case quic
    /// STUN binding requests with one username.
    case stun
    /// DTLS 1.2 records with a connection id (RFC 9146).
    case dtls
    /// The affinity tester's questions.
    case affinityTester
  }

  public var origin = Origin.external
  public var front = Front.virtual
  public var service = "udp-server"
  public var port: UInt16 = 20_001
  public var clients = 3
  public var firstClient = 1
  public var flowsPerClient = 4
  public var firstPort: UInt16 = 40_000
  public var count = 30
  public var every = Interval.milliseconds(200)
  public var start = Interval.milliseconds(10)
  public var payload = Payload.message
  /// Datagrams sent back to back when a flow begins.
  public var burst = 1
  public var burstGap = Interval.microseconds(20)
  /// A silence after this many datagrams.
  public var pause: (after: Int, lasting: Interval)?
  /// A new source port after this many datagrams, as a client that reconnects; the connection ids go on.
  public var rebindsAfter: Int?
  /// A flow is closed and opened again from a new source port every so many datagrams; nothing goes on.
  public var reopensEvery: Int?
  /// Whether every client of a group begins with the same source port.
  public var staggersClients = Interval.milliseconds(14)
  /// IPv4 ids of zero, as an unconnected socket with DF sends.
  public var hasZeroIdentification = false
  /// Whether packets may be fragmented on the way.
  public var mayFragment = false

  public init() {}

  public func with(_ change: (inout Traffic) -> Void) -> Traffic {
    var traffic = self
    change(&traffic)
    return traffic
  }
}
