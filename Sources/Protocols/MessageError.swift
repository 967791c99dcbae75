/// Why bytes are no message of a protocol.
public enum MessageError: Error, Hashable, Sendable {
  /// They do not claim to be one: another protocol may know them.
  case foreign
  /// They end before what they announce.
  case truncated
  /// A length within contradicts another, or a bound.
  case badLength
  /// A checksum or an authentication code is wrong.
  case badChecksum
  /// A value is of the wrong type or out of its range.
  case badValue
  /// Terms are nested deeper, or hold more, than any message of this protocol does.
  case tooComplex
}
