internal import Wire

/// What a STUN answer says, its texts as their places among the bytes; reading it allocates nothing.
struct StunReading {
  private(set) var transaction: Stun.Transaction
  private(set) var reflective: Endpoint?
  private(set) var software: Range<Int>?
  private(set) var pod: Range<Int>?
  private(set) var node: Range<Int>?
  private(set) var clientID: UInt64?
  private(set) var sequence: UInt64?
  private(set) var errorCode: Int?
  /// Where the FINGERPRINT's value is, which nobody has checked yet.
  private(set) var fingerprint: Range<Int>?

  /// Reads an answer that is `length` bytes long, of which these may be only the beginning.
  init(_ bytes: Span<UInt8>, ofLength length: Int) throws(MessageError) {
    guard bytes.count >= Stun.headerLength,
      [Stun.bindingSuccess, Stun.bindingError].contains(bytes.integer16(at: 0))
    else { throw .foreign }
    transaction = Stun.transaction(bytes)
    try Stun.forEachAttribute(bytes, ofLength: length) { number, value throws(MessageError) in
      try take(number, value, in: bytes)
    }
  }

  private mutating func take(
    _ number: UInt16,
    _ value: Range<Int>,
    in bytes: Span<UInt8>
  ) throws(MessageError) {
    switch number {
    case Stun.Attribute.xorMappedAddress:
      reflective = try Self.address(bytes.extracting(value), unmaskedBy: transaction)
    case Stun.Attribute.mappedAddress where reflective == nil:
      reflective = try Self.address(bytes.extracting(value), unmaskedBy: nil)
    case Stun.Attribute.software: software = value
    case Stun.Attribute.pod: pod = value
    case Stun.Attribute.node: node = value
    case Stun.Attribute.clientID where value.count == 8:
      clientID = bytes.integer64(at: value.lowerBound)
    case Stun.Attribute.sequence where value.count == 8:
      sequence = bytes.integer64(at: value.lowerBound)
    case Stun.Attribute.errorCode:
      guard value.count >= 4 else { throw .badLength }
      errorCode = Int(bytes[value.lowerBound + 2] & 7) * 100 + Int(bytes[value.lowerBound + 3])
    case Stun.Attribute.fingerprint where !transaction.isClassic: fingerprint = value
    default: break
    }
  }

  /// Reads an address: a zero byte, the family, the port, the address, all but the first two masked.
  private static func address(
    _ value: Span<UInt8>,
    unmaskedBy mask: Stun.Transaction?
  ) throws(MessageError) -> Endpoint {
    guard value.count >= 8 else { throw .badLength }
    let port = value.integer16(at: 2) ^ UInt16(truncatingIfNeeded: (mask?.word ?? 0) >> 16)
    switch (value[1], value.count) {
    case (1, 8):
      return Endpoint(IPAddress(v4: value.integer32(at: 4) ^ (mask?.word ?? 0)), port)
    case (2, 20):
      let (high, low) = mask?.wideMask ?? (0, 0)
      return Endpoint(
        IPAddress(high: value.integer64(at: 4) ^ high, low: value.integer64(at: 12) ^ low),
        port
      )
    default: throw .badValue
    }
  }
}
