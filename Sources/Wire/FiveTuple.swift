/// The addresses that a datagram wore at one place: a source, a destination and the protocol.
@frozen
public struct FiveTuple: Hashable, Sendable {
  public var source: Endpoint
  public var destination: Endpoint
  public var transport: Transport

  @inlinable
  public init(from source: Endpoint, to destination: Endpoint, over transport: Transport = .udp) {
    self.source = source
    self.destination = destination
    self.transport = transport
  }

  /// What the answer to this datagram would wear.
  @inlinable
  public var reversed: Self {
    Self(from: destination, to: source, over: transport)
  }
}

/// An IP protocol number.
@frozen
public struct Transport: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  public static let icmp = Self(rawValue: 1)
  public static let tcp = Self(rawValue: 6)
  public static let udp = Self(rawValue: 17)
  public static let icmpV6 = Self(rawValue: 58)
}

extension FiveTuple: Comparable {
  @inlinable
  public static func < (left: Self, right: Self) -> Bool {
    if left.source != right.source { return left.source < right.source }
    if left.destination != right.destination { return left.destination < right.destination }
    return left.transport.rawValue < right.transport.rawValue
  }
}

extension FiveTuple: CustomStringConvertible {
  public var description: String { "\(source) > \(destination)" }
}
