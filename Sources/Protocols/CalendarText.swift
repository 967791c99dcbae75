public import Wire

/// A moment in the two forms of the systems that we speak with, always UTC.
public struct CalendarText: Sendable {
  private let time: Timestamp
  /// `YYYY-MM-DDThh:mm:ss.nnnnnnnnnZ`, from which the other forms are cut.
  private let full: [Character]

  public init(_ time: Timestamp) {
    self.time = time
    full = Array(time.description)
  }

  private func cut(_ range: Range<Int>) -> String {
    range.upperBound <= full.count ? String(full[range]) : ""
  }

  /// As `date` prints it: `Sat Nov 21 07:03:08 UTC 2026`.
  public var date: String {
    let seconds = time.nanoseconds / 1_000_000_000
    let days = seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0)
    // The first of January 1970 was a Thursday.
    let weekday = Self.weekdays[Int(((days % 7) + 7) % 7)]
    let month = Self.months[((Int(cut(5..<7)) ?? 1) - 1) % 12]
    let day = cut(8..<10)
    let padded = day.hasPrefix("0") ? " " + day.dropFirst() : day
    return "\(weekday) \(month) \(padded) \(cut(11..<19)) UTC \(cut(0..<4))"
  }

  /// Whether bytes begin as `date` begins: a weekday, a month and a day, each with a blank behind it.
  static func isDate(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= 20, bytes[3] == 32, bytes[7] == 32, bytes[10] == 32, bytes[13] == 58 else {
      return false
    }
    return weekdays.contains { bytes.holds($0) } && months.contains { bytes.holds($0, at: 4) }
  }

  private static let weekdays: [StaticString] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// As Python's logging prints it: `2026-11-21 07:03:08,123`.
  public var logging: String {
    "\(cut(0..<10)) \(cut(11..<19)),\(cut(20..<23))"
  }
}
