/// The words that Kubernetes' own test server (`agnhost netexec`) understands over UDP.
///
/// As there, letters are lowered and the blanks around are dropped first, also in what `echo` brings back.
public enum KubernetesWords: Hashable, Sendable {
  case hostName
  case clientAddress
  case echo([UInt8])

  /// Longer datagrams are none of these; the original reads no more than this either.
  public static let maximumLength = 2_048

  public init?(_ bytes: Span<UInt8>) {
    var range = 0..<bytes.count
    guard range.count <= Self.maximumLength else { return nil }
    while let first = range.first, Self.isBlank(bytes[first]) { range.removeFirst() }
    while let last = range.last, Self.isBlank(bytes[last]) { range.removeLast() }
    let word = bytes.extracting(range)
    if Self.equals(word, "hostname") {
      self = .hostName
    } else if Self.equals(word, "clientip") {
      self = .clientAddress
    } else if word.count >= 5, Self.equals(word.extracting(first: 5), "echo ") {
      self = .echo(word.extracting(droppingFirst: 5).array.map(Self.lowered))
    } else {
      return nil
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 32 || (9...13).contains(byte)
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    (65...90).contains(byte) ? byte + 32 : byte
  }

  private static func equals(_ bytes: Span<UInt8>, _ word: String) -> Bool {
    guard bytes.count == word.utf8.count else { return false }
    for (index, byte) in word.utf8.enumerated() where lowered(bytes[index]) != byte {
      return false
    }
    return true
  }
}
