public import Wire

/// What a STUN server said about a request.
public struct StunAnswer: Hashable, Sendable {
  public var transaction: Stun.Transaction
  /// The source that the server saw: the reflective address.
  public var reflective: Endpoint?
  public var software: String?
  public var pod: String?
  public var node: String?
  public var clientID: UInt64?
  public var sequence: UInt64?
  /// 300 to 699 where the server refused.
  public var errorCode: Int?

  public init(transaction: Stun.Transaction) {
    self.transaction = transaction
  }

  public init(_ bytes: Span<UInt8>) throws(MessageError) {
    let reading = try StunReading(bytes, ofLength: bytes.count)
    if let fingerprint = reading.fingerprint { try Stun.checkFingerprint(bytes, at: fingerprint) }
    func text(_ place: Range<Int>?) -> String? {
      place.map { bytes.extracting($0).text.printable }
    }
    self.init(transaction: reading.transaction)
    reflective = reading.reflective
    (software, pod, node) = (text(reading.software), text(reading.pod), text(reading.node))
    (clientID, sequence) = (reading.clientID, reading.sequence)
    errorCode = reading.errorCode
  }
}
