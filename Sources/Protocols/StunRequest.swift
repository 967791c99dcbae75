/// A STUN Binding request, as a server sees it; holds nothing that would have to be allocated.
public struct StunRequest: Hashable, Sendable {
  public var transaction: Stun.Transaction
  public var clientID: UInt64?
  public var sequence: UInt64?
  /// The first attribute that must be understood and is not.
  public var notUnderstood: UInt16?

  public init(transaction: Stun.Transaction, clientID: UInt64? = nil, sequence: UInt64? = nil) {
    self.transaction = transaction
    self.clientID = clientID
    self.sequence = sequence
  }

  public init(_ bytes: Span<UInt8>) throws(MessageError) {
    guard bytes.count >= Stun.headerLength, bytes.integer16(at: 0) == Stun.bindingRequest else {
      throw .foreign
    }
    let transaction = Stun.transaction(bytes)
    // Without the cookie only exact lengths tell an old request from any other bytes.
    let isClassic = transaction.isClassic
    if isClassic, Int(bytes.integer16(at: 2)) + Stun.headerLength != bytes.count { throw .foreign }
    self.init(transaction: transaction)
    try Stun.forEachAttribute(bytes, ofLength: bytes.count) { number, value throws(MessageError) in
      switch number {
      case Stun.Attribute.clientID where value.count == 8:
        clientID = bytes.integer64(at: value.lowerBound)
      case Stun.Attribute.sequence where value.count == 8:
        sequence = bytes.integer64(at: value.lowerBound)
      case Stun.Attribute.fingerprint where !isClassic:
        try Stun.checkFingerprint(bytes, at: value)
      case Stun.Attribute.changeRequest:
        // "Answer from another address": we have none. The same without a wish is common, and harmless.
        guard value.count == 4 else { throw .badLength }
        if bytes.integer32(at: value.lowerBound) & 0b110 != 0 { note(number) }
      case Stun.Attribute.username, Stun.Attribute.messageIntegrity, Stun.Attribute.realm,
        Stun.Attribute.nonce, Stun.Attribute.messageIntegrity256, Stun.Attribute.padding,
        Stun.Attribute.passwordAlgorithm, Stun.Attribute.userhash,
        Stun.Attribute.priority, Stun.Attribute.useCandidate, 0x8000...:
        break
      default:
        note(number)
      }
    }
  }

  private mutating func note(_ number: UInt16) {
    if notUnderstood == nil { notUnderstood = number }
  }

  /// Writes the request as our client sends it, with so many bytes of padding (a multiple of four) where a datagram is
  /// to be large.
  public func write(to output: inout OutputSpan<UInt8>, padding: Int = 0) {
    let padded = padding == 0 ? 0 : 4 + padding
    let length = (clientID == nil ? 0 : 12) + (sequence == nil ? 0 : 12) + padded + 8
    output.append(bigEndian: Stun.bindingRequest)
    output.append(bigEndian: UInt16(length))
    output.append(transaction)
    if let clientID { output.append(Stun.Attribute.clientID, clientID) }
    if let sequence { output.append(Stun.Attribute.sequence, sequence) }
    if padding > 0 {
      output.append(bigEndian: Stun.Attribute.padding)
      output.append(bigEndian: UInt16(padding))
      for _ in 0..<padding { output.append(0) }
    }
    output.appendFingerprint()
  }
}

extension OutputSpan where Element == UInt8 {
  mutating func append(_ transaction: Stun.Transaction) {
    append(bigEndian: transaction.word)
    append(bigEndian: transaction.high)
    append(bigEndian: transaction.low)
  }

  mutating func append(_ attribute: UInt16, _ value: UInt64) {
    append(bigEndian: attribute)
    append(bigEndian: 8 as UInt16)
    append(bigEndian: value)
  }

  /// Ends a message whose announced length already counts these eight bytes.
  mutating func appendFingerprint() {
    let sum = CRC32.of(span)
    append(bigEndian: Stun.Attribute.fingerprint)
    append(bigEndian: 4 as UInt16)
    append(bigEndian: sum ^ Stun.fingerprintMask)
  }
}
