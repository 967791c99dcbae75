public import Wire

/// The greeting server's words.
public enum Hello {
  /// Its one answer to everything.
  static let answer: StaticString = "Hello UDP Client"

  public static func isAnswer(_ bytes: Span<UInt8>) -> Bool { bytes.equals(answer) }

  public static func writeAnswer(to output: inout OutputSpan<UInt8>) {
    output.append(answer)
  }

  /// What the client sends: messages are counted from 0.
  public static func message(_ number: Int, from local: IPAddress) -> String {
    "Message number \(number) from: \(local)"
  }

  /// The number in a client's message, if it is one.
  public static func number(_ bytes: Span<UInt8>) -> Int? {
    guard bytes.holds("Message number ") else { return nil }
    var value = 0
    var index = 15
    while index < bytes.count, index < 33, (48...57).contains(bytes[index]) {
      value = value * 10 + Int(bytes[index] - 48)
      index += 1
    }
    return index > 15 && bytes.holds(" from: ", at: index) ? value : nil
  }
}
