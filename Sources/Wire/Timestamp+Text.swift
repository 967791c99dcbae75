extension Timestamp: CustomStringConvertible, LosslessStringConvertible {
  /// RFC 3339 in UTC with nine digits: `2026-11-21T06:49:09.000000000Z`.
  public var description: String {
    String(decoding: textBytes(append), as: UTF8.self)
  }

  /// Appends what `description` says.
  public func append(to text: inout [UInt8]) {
    let seconds = nanoseconds.flooringQuotient(by: 1_000_000_000)
    let fraction = nanoseconds &- seconds &* 1_000_000_000
    let days = seconds.flooringQuotient(by: 86_400)
    let second = seconds &- days &* 86_400
    let date = CivilDate(daysSince1970: days)
    text.append(decimal: UInt64(date.year), width: 4)
    text.append(UInt8(ascii: "-"))
    text.append(decimal: UInt64(date.month), width: 2)
    text.append(UInt8(ascii: "-"))
    text.append(decimal: UInt64(date.day), width: 2)
    text.append(UInt8(ascii: "T"))
    text.append(decimal: UInt64(second / 3_600), width: 2)
    text.append(UInt8(ascii: ":"))
    text.append(decimal: UInt64(second / 60 % 60), width: 2)
    text.append(UInt8(ascii: ":"))
    text.append(decimal: UInt64(second % 60), width: 2)
    text.append(UInt8(ascii: "."))
    text.append(decimal: UInt64(fraction), width: 9)
    text.append(UInt8(ascii: "Z"))
  }

  /// Reads RFC 3339 (`Z` or an offset, up to nine digits of a fraction).
  public init?(_ text: String) {
    var rest = Substring(text)
    func take(_ count: Int) -> Int64? {
      let digits = rest.prefix(count)
      guard digits.utf8.count == count, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
        return nil
      }
      rest = rest.dropFirst(count)
      return Int64(digits)
    }
    func skip(_ expected: String) -> Bool {
      guard let next = rest.first, expected.contains(next) else { return false }
      rest.removeFirst()
      return true
    }
    guard let year = take(4), skip("-"), let month = take(2), skip("-"), let day = take(2),
      skip("Tt "), let hour = take(2), skip(":"), let minute = take(2), skip(":"),
      let second = take(2),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60,
      // What 64 bits of nanoseconds can hold.
      (1678...2261).contains(year)
    else { return nil }
    var fraction: Int64 = 0
    if skip(".") {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard (1...9).contains(digits.count), let value = Int64(digits) else { return nil }
      fraction = value
      for _ in digits.count..<9 { fraction *= 10 }
      rest = rest.dropFirst(digits.count)
    }
    var offset: Int64 = 0
    if !skip("Zz") {
      let isWest = rest.first == "-"
      guard skip("+-"), let hours = take(2), skip(":"), let minutes = take(2) else { return nil }
      offset = (hours * 3_600 + minutes * 60) * (isWest ? -1 : 1)
    }
    guard rest.isEmpty else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSince1970
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    self.init(nanoseconds: seconds * 1_000_000_000 + fraction)
  }
}

/// A day of the Gregorian calendar, counted as Howard Hinnant's `chrono` papers describe: years begin in March.
private struct CivilDate {
  var year: Int64
  var month: Int64
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let era = shifted.flooringQuotient(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var daysSince1970: Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let era = marchYear.flooringQuotient(by: 400)
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

extension Int64 {
  fileprivate func flooringQuotient(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
