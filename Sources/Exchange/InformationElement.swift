/// What a field of an IPFIX record means, as IANA's registry or an enterprise numbers it (RFC 7011, 3.2).
struct InformationElement: Hashable, Sendable {
  /// 0 for IANA's own.
  var enterprise: UInt32
  var number: UInt16

  init(_ number: UInt16) {
    enterprise = 0
    self.number = number
  }

  init(enterprise: UInt32, _ number: UInt16) {
    self.enterprise = enterprise
    self.number = number
  }

  /// An element of our own, where IANA has none.
  static func own(_ number: UInt16) -> Self {
    Self(enterprise: Self.stickler, number)
  }

  /// The same of the other direction of a flow (RFC 5103).
  static func reverse(_ number: UInt16) -> Self {
    Self(enterprise: 29_305, number)
  }

  /// The number that RFC 5612 keeps for documentation, until one is registered for Stickler.
  static let stickler: UInt32 = 32_473
}
