/// Why a connection came to its end at the collector.
public enum ClosingReason: String, CaseIterable, Sendable {
  /// The agent closed it, between two messages.
  case ended
  /// The agent closed it inside a message, or it was reset.
  case brokenOff = "broken_off"
  /// Nothing came for a while, not even a watermark.
  case silent
  /// As many are connected as may be.
  case tooMany = "too_many"
  /// TLS was not agreed on, or a certificate was not good.
  case tls
  /// The first message was no hello, or it came too late.
  case noHello = "no_hello"
  /// A hello that says what cannot be, or of a version that is not spoken.
  case badHello = "bad_hello"
  /// The hello's token is not ours, and no certificate speaks for the agent.
  case token
  /// What came is no IPFIX, or contradicts what came before.
  case garbage
  /// The agent takes no acknowledgements.
  case notReading = "not_reading"
  /// Another agent, which is there, speaks for its node.
  case sameName = "same_name"
  /// An agent that began later speaks for its node.
  case replaced
  /// Whoever has the server closed it.
  case dismissed
}
