extension Notation where Value: FixedWidthInteger {
  /// A whole number in decimal, within a range.
  public static func integer(
    in range: ClosedRange<Value> = Value.min...Value.max,
    _ placeholder: String = "N"
  ) -> Self {
    Self(placeholder) { text throws(Failure) in
      guard let first = text.utf8.first, first != UInt8(ascii: "+") else {
        throw Failure("'\(text)' is not a whole number")
      }
      let digits = first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
      guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
        throw Failure("'\(text)' is not a whole number")
      }
      let value = Value(text)
      guard let value, range.contains(value) else {
        throw outside(range, text, value) { "\($0)" }
      }
      return value
    }
  }

  /// An amount of memory or disk: `4096`, `64k`, `64MB`, `2GiB` (all units are powers of 1,024).
  public static func bytes(in range: ClosedRange<Value> = 0...Value.max) -> Self {
    Self("SIZE", write: { byteText(UInt64(clamping: $0)) }) { text throws(Failure) in
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      let unit = text[digits.endIndex...].lowercased()
      let units: [(names: Set<String>, size: UInt64)] = [
        ([""], 1), (["k", "kb", "kib"], 1 << 10), (["m", "mb", "mib"], 1 << 20),
        (["g", "gb", "gib"], 1 << 30), (["t", "tb", "tib"], 1 << 40),
      ]
      guard !digits.isEmpty, let size = units.first(where: { $0.names.contains(unit) })?.size else {
        throw Failure("'\(text)' is not a size such as 64MB")
      }
      let (count, overflow) = (UInt64(digits) ?? .max).multipliedReportingOverflow(by: size)
      let value = overflow ? nil : Value(exactly: count)
      guard let value, range.contains(value) else {
        throw outside(range, text, value) { byteText(UInt64(clamping: $0)) }
      }
      return value
    }
  }
}

/// Why a number is refused; the end that a type has by itself is no news to anyone.
private func outside<Value: FixedWidthInteger>(
  _ range: ClosedRange<Value>,
  _ text: String,
  _ value: Value?,
  _ write: (Value) -> String
) -> Failure {
  let (low, high) = (write(range.lowerBound), write(range.upperBound))
  guard range.upperBound == .max, Value.bitWidth >= 32 else {
    return Failure("'\(text)' is not between \(low) and \(high)")
  }
  return Failure(
    text.hasPrefix("-") || (value.map { $0 < range.lowerBound } ?? false)
      ? "'\(text)' is less than \(low)" : "'\(text)' is too large"
  )
}

/// The shortest exact form: 65536 is `64KiB`, 1000 is `1000`.
private func byteText(_ count: UInt64) -> String {
  let thousands = count == 0 ? 0 : min(count.trailingZeroBitCount / 10, 4)
  return "\(count >> (10 * UInt64(thousands)))\(["", "KiB", "MiB", "GiB", "TiB"][thousands])"
}

extension Notation where Value == UInt16 {
  /// A port that can stand in a packet.
  public static var port: Self { integer(in: 1...UInt16.max, "PORT") }
}

extension Notation where Value == Duration {
  /// A length of time: `30` (seconds), `30s`, `500ms`, `1.5h`, `1m30s`.
  public static func duration(in range: ClosedRange<Duration>? = nil) -> Self {
    Self("TIME", write: durationText) { text throws(Failure) in
      guard let value = readDuration(text) else {
        throw Failure("'\(text)' is not a time such as 30s, 500ms or 2m")
      }
      if let range, !range.contains(value) {
        let limits = [durationText(range.lowerBound), durationText(range.upperBound)]
        throw Failure("'\(text)' is not between \(limits[0]) and \(limits[1])")
      }
      return value
    }
  }
}

/// Each unit's length in nanoseconds, longest first.
private let units: [(name: String, nanoseconds: Int64)] = [
  ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
  ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("µs", 1_000), ("ns", 1),
]

private func readDuration(_ text: String) -> Duration? {
  var rest = text[...]
  var total: Int64 = 0
  repeat {
    let whole = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest[whole.endIndex...]
    var fraction = Substring()
    if rest.first == "." {
      fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
      rest = rest[fraction.endIndex...]
      guard (1...9).contains(fraction.count) else { return nil }
    }
    let name = rest.prefix { $0.isLetter }
    rest = rest[name.endIndex...]
    // A bare number is seconds, but `1m30` might mean anything.
    let unit = name.isEmpty && whole.startIndex == text.startIndex && rest.isEmpty ? "s" : name
    guard let count = Int64(whole), let length = units.first(where: { $0.name == unit })
    else { return nil }
    let (product, tooLong) = count.multipliedReportingOverflow(by: length.nanoseconds)
    guard !tooLong else { return nil }
    var part = product
    if !fraction.isEmpty {
      guard let numerator = Int64(fraction) else { return nil }
      var scale: Int64 = 1
      for _ in fraction { scale *= 10 }
      // Day × nine digits overflows 64 bits; the high half is kept by the full-width multiplication.
      let full = numerator.multipliedFullWidth(by: length.nanoseconds)
      part += scale.dividingFullWidth(full).quotient
    }
    let (sum, overflow) = total.addingReportingOverflow(part)
    guard !overflow else { return nil }
    total = sum
  } while !rest.isEmpty
  return .nanoseconds(total)
}

/// The longest unit that says it exactly: `30s`, `500ms`, `90s`.
private func durationText(_ duration: Duration) -> String {
  let (seconds, attoseconds) = duration.components
  let nanoseconds = seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
  guard nanoseconds != 0 else { return "0s" }
  for unit in units where nanoseconds.isMultiple(of: unit.nanoseconds) {
    return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
  }
  return "\(nanoseconds)ns"
}
