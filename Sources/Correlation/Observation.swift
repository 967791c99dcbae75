public import Wire

/// What a node's observer says of the packets that it saw: values that could cross a network.
public enum Observation: Equatable, Sendable {
  case run(Run)
  case unmatched(Unmatched)
  case refusal(Refusal)
  case announcement(Announcement)
  case fragments(FragmentTally)
  case wrongChecksum(WrongChecksum)
  case connection(ConnectionSeen)
  case statement(PodStatement)
  case facts(NodeFacts)
}

/// An uninterrupted stretch of one flow: while its datagrams went into the same leg and came out of the same one.
///
/// A flow is a leg and its reverse together; `forward` is the direction that was seen first.
public struct Run: Equatable, Sendable {
  public var leg: FiveTuple
  public var forward: Stretch
  public var reverse: Stretch
  /// Whether the flow was new to the capture when this run began (it has no earlier run).
  public var isFirst: Bool
  /// The most and the least of hop limits seen on the forward direction; they differ where it was forwarded as it is.
  public var hopLimits: ClosedRange<UInt8>
  public var traits: Traits
  /// The observer's own numbers of the flows named here, where it has not given any of them out twice.
  public var numbers: Numbers?

  /// Small numbers that stand for flows at one node, so that whoever reads runs need not look up their addresses.
  ///
  /// The lowest bit tells the direction in which `Stretch` has the flow; `none` where it names none.
  public struct Numbers: Equatable, Sendable {
    public static let none = UInt32.max

    public var leg: UInt32
    public var forwardOrigin: UInt32
    public var forwardResult: UInt32
    public var reverseOrigin: UInt32
    public var reverseResult: UInt32
  }

  /// One direction of a run.
  public struct Stretch: Equatable, Sendable {
    /// How many datagrams, each once however many vantages saw it.
    public var datagrams: UInt32 = 0
    /// How many of them were seen to go on: to become `result`, or to leave the node as they are.
    public var matched: UInt32 = 0
    public var first = Timestamp(nanoseconds: 0)
    public var last = Timestamp(nanoseconds: 0)
    public var firstWitness = Witness(file: 0, frame: 0)
    public var lastWitness = Witness(file: 0, frame: 0)
    /// The leg that the node's NAT made these datagrams from, and the one that it made of them.
    public var origin: FiveTuple?
    public var result: FiveTuple?

    public init() {}
  }

  public struct Traits: OptionSet, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    public static let forwardIncoming = Self(rawValue: 1)
    public static let forwardOutgoing = Self(rawValue: 2)
    public static let reverseIncoming = Self(rawValue: 4)
    public static let reverseOutgoing = Self(rawValue: 8)
    /// Seen on its way to this host, not merely passing by.
    public static let addressedHere = Self(rawValue: 16)
    public static let tunnelled = Self(rawValue: 32)
    /// Matched at least once by more than co-occurrence.
    public static let proven = Self(rawValue: 64)
    /// Seen at more than one vantage of the node on the forward direction.
    public static let severalVantages = Self(rawValue: 128)
    public static let unusualOption = Self(rawValue: 256)
    /// Its datagrams left the node as what they became: nothing more became of them there.
    public static let leftAsResult = Self(rawValue: 512)
    /// Answers left the node as they are, although others of them are translated.
    public static let answersPassed = Self(rawValue: 1024)
    /// Datagrams came as they are, although others of them were made of another flow's.
    public static let askedDirectly = Self(rawValue: 2048)
  }
}

/// A datagram that did not become what its flow's other datagrams became.
public struct Unmatched: Equatable, Sendable {
  public var leg: FiveTuple
  public var time: Timestamp
  public var witness: Witness
  public var payloadLength: UInt32
  /// Whether it came before the first of its flow that did.
  public var isLeading: Bool
}

/// An ICMP error: who refused which leg.
public struct Refusal: Equatable, Sendable {
  public var source: IPAddress
  public var type: UInt8
  public var code: UInt8
  /// The leg of the datagram that failed, as the error quotes it.
  public var leg: FiveTuple
  public var time: Timestamp
  public var witness: Witness
}

/// A gratuitous ARP or an unsolicited neighbour advertisement.
public struct Announcement: Equatable, Sendable {
  public var address: IPAddress
  public var hardware: UInt64
  public var time: Timestamp
  public var witness: Witness
}

/// How the fragmented datagrams of one leg fared at one place.
public struct FragmentTally: Equatable, Sendable {
  public var leg: FiveTuple
  public var complete: UInt32
  public var partial: UInt32
  public var time: Timestamp
  public var witness: Witness
}

public struct WrongChecksum: Equatable, Sendable {
  public var outer: FiveTuple
  public var inner: FiveTuple
  public var time: Timestamp
  public var witness: Witness
}

/// A leg whose datagrams carried the same connection mark.
public struct ConnectionSeen: Equatable, Sendable {
  public var leg: FiveTuple
  public var mark: ConnectionMark
  public var time: Timestamp
}
