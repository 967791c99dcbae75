public import Wire

/// The secret that all agents share, with which connection marks leave their node: whoever reads them cannot look whether
/// an id that he guesses was there.
public struct MarkKey: Sendable {
  private let hash: SipHash

  /// From at least sixteen bytes, of which every one counts.
  public init?(_ secret: [UInt8]) {
    guard secret.count >= 16 else { return nil }
    let plain = SipHash(key: (0x7374_6963_6b6c_6572, 0x6d61_726b_2d6b_6579))
    hash = SipHash(key: (plain(secret + [0]), plain(secret + [1])))
  }

  public func keyed(_ mark: ConnectionMark) -> ConnectionMark {
    ConnectionMark(bits: hash(mark.bits, 0, 0))
  }
}
