internal import CXXHash

/// What is the same about a datagram at every vantage, whatever NAT did to its addresses.
///
/// Three prefixes of the payload, because vantages differ in what a snap length leaves: two fingerprints compare at the
/// longest prefix that both hold. The shortest one, the length and what of the IP header passes a NAT (the IPv4 id,
/// the IPv6 flow label) make the `key` that tables look up.
@frozen
public struct Fingerprint: Sendable {
  /// The shortest prefix, the length and the identity in one word; equal at every vantage that holds 32 bytes.
  public var key: UInt64
  /// Of the first 64 and of the first 128 bytes; meaningful as far as `held` says.
  public var middle: UInt32
  public var long: UInt32
  /// How much of the payload these hashes cover.
  public var held: Held
  /// Whether the IP header tells this datagram (or, in IPv6, its socket) from others with equal payloads.
  public var hasIdentity: Bool

  @frozen
  public enum Held: UInt8, Sendable, Comparable {
    /// Fewer than 32 bytes of a longer payload; the key then covers as many eights as are there.
    case little
    case short
    case middle
    case long

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// The fingerprint of a datagram (whole, cut short or a first fragment) of `frame`.
  public init(of packet: borrowing Packet, in frame: Span<UInt8>) {
    self.init(
      payloadAt: Int(packet.payloadOffset),
      captured: Int(packet.payloadCaptured),
      length: packet.payloadLength,
      identity: packet.identity,
      isV4: packet.tuple.source.address.isV4,
      in: frame
    )
    if held == .little { useResidue(of: packet, in: frame) }
  }

  /// The fingerprint of a payload, of which the caller has checked that it lies in the frame.
  ///
  /// Of single numbers: handing over a whole packet copies it, and the copy waits for its small fields to be written.
  public init(
    payloadAt start: Int,
    captured: Int,
    length: UInt32,
    identity: UInt32,
    isV4: Bool,
    in frame: Span<UInt8>
  ) {
    hasIdentity = identity != 0
    middle = 0
    long = 0
    let count = Int(length)
    let shortHash: UInt64
    if captured >= min(32, count) {
      shortHash = payloadHash(frame, from: start, count: min(32, count))
      held = .short
      // A longer prefix's hash goes on from the shorter one's, so that no byte is hashed twice.
      var last = shortHash
      if captured >= min(64, count) {
        last = extended(last, over: 32, frame, from: start, count: min(64, count))
        middle = UInt32(truncatingIfNeeded: last)
        held = .middle
        if captured >= min(128, count) {
          last = extended(last, over: 64, frame, from: start, count: min(128, count))
          long = UInt32(truncatingIfNeeded: last)
          held = .long
        }
      }
    } else {
      held = .little
      let count = captured & ~7
      shortHash =
        count > 0 ? payloadHash(frame, from: start, count: count) ^ UInt64(count) : 0
    }
    key = Self.key(shortHash, length: length, identity: identity, isV4: isV4)
  }

  /// Takes the checksum's word for the payload where no eight bytes of it were captured.
  public mutating func useResidue(of packet: borrowing Packet, in frame: Span<UInt8>) {
    guard packet.payloadCaptured < 8, let residue = checksumResidue(of: packet, in: frame) else {
      return
    }
    key = Self.key(
      UInt64(residue),
      length: packet.payloadLength,
      identity: packet.identity,
      isV4: packet.tuple.source.address.isV4
    )
  }

  @inline(always)
  private static func key(
    _ shortHash: UInt64,
    length: UInt32,
    identity: UInt32,
    isV4: Bool
  ) -> UInt64 {
    let header = UInt64(length) << 32 | UInt64(identity) << 1 | (isV4 ? 1 : 0)
    return folded(shortHash ^ 0x9e37_79b9_7f4a_7c15, header ^ 0xd6e8_feb8_6659_fd93)
  }

  /// Whether two datagrams with equal keys differ further on, where both hold it.
  @inlinable
  public func contradicts(_ other: Fingerprint) -> Bool {
    switch min(held, other.held) {
    case .little, .short: false
    case .middle: middle != other.middle
    case .long: long != other.long
    }
  }
}

/// Both halves of a 128-bit product, folded: every bit of either word reaches every bit of the result.
@inlinable @inline(always)
public func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
  let product = left.multipliedFullWidth(by: right)
  return product.high ^ product.low
}

/// The hash of a longer prefix of a payload, from that of its first `held` bytes; the caller has checked the range.
@inline(always)
private func extended(
  _ hash: UInt64,
  over held: Int,
  _ frame: Span<UInt8>,
  from start: Int,
  count: Int
) -> UInt64 {
  guard count > held else { return hash }
  let bytes = frame.extracting(start..<(start &+ count))
  // SAFETY: it reads `count` bytes at `baseAddress`, which is what the extracted span holds.
  return unsafe bytes.withUnsafeBufferPointer { buffer in
    unsafe stickler_extend(hash, buffer.baseAddress, held, buffer.count)
  }
}

/// XXH3 of a part of a frame; the caller has checked the range.
@inline(always)
private func payloadHash(_ frame: Span<UInt8>, from start: Int, count: Int) -> UInt64 {
  // An empty payload begins behind the frame's end where the capture ends inside the UDP header.
  let start = count > 0 ? start : 0
  let bytes = frame.extracting(start..<(start &+ count))
  // SAFETY: the hash reads `count` bytes at `baseAddress`, which is what the extracted span holds.
  return unsafe bytes.withUnsafeBufferPointer { buffer in
    // For a length that the compiler knows the hash is a few multiplications in place, and nearly all are of this one.
    buffer.count == 32
      ? unsafe stickler_xxh3_64(buffer.baseAddress, 32)
      : unsafe stickler_xxh3_64(buffer.baseAddress, buffer.count)
  }
}

extension FiveTuple {
  /// A hash that is equal for a tuple and its reverse, so that a flow's two directions share one table slot.
  @inlinable
  public var directionlessHash: UInt64 {
    let left = folded(
      source.address.low ^ 0x2d35_8dcc_aa6c_78a5,
      source.address.high ^ UInt64(source.port) ^ 0x8bb8_4b93_962e_acc9
    )
    let right = folded(
      destination.address.low ^ 0x2d35_8dcc_aa6c_78a5,
      destination.address.high ^ UInt64(destination.port) ^ 0x8bb8_4b93_962e_acc9
    )
    return folded((left &+ right) ^ 0x4b33_a62e_d433_d4a3, (left ^ right) ^ 0x4d5a_2da5_1de1_aa47)
  }
}
