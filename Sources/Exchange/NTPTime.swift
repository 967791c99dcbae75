internal import Wire

/// A time as IPFIX writes nanoseconds: NTP's seconds since 1900 and a binary fraction, 64 bits together.
///
/// Seconds below 2^31 are those of the era that begins in 2036, as RFC 4330 has it: 1968 to 2104 can be said.
struct NTPTime: Hashable, Sendable {
  var bits: UInt64

  init(bits: UInt64) {
    self.bits = bits
  }

  /// Nil for a moment that it cannot say.
  init?(_ time: Timestamp) {
    let (seconds, nanoseconds) = time.nanoseconds.flooredBySecond
    let since1900 = seconds + Self.from1900To1970
    guard Self.eras.contains(since1900) else { return nil }
    // Rounded up, so that cutting off gives the same nanosecond back.
    let fraction = (UInt64(nanoseconds) << 32 + 999_999_999) / 1_000_000_000
    bits = UInt64(truncatingIfNeeded: since1900) << 32 | fraction
  }

  var timestamp: Timestamp {
    var since1900 = Int64(bits >> 32)
    if since1900 < Self.eras.lowerBound { since1900 += 1 << 32 }
    let nanoseconds = Int64(((bits & 0xffff_ffff) * 1_000_000_000) >> 32)
    return Timestamp(
      nanoseconds: (since1900 - Self.from1900To1970) * 1_000_000_000 + nanoseconds
    )
  }

  private static let from1900To1970: Int64 = 2_208_988_800
  private static let eras: Range<Int64> = 1 << 31..<1 << 31 + 1 << 32
}

extension Int64 {
  /// Whole seconds, and the nanoseconds since then, which are never negative.
  var flooredBySecond: (seconds: Int64, nanoseconds: Int64) {
    let (seconds, rest) = quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0 ? (seconds - 1, rest + 1_000_000_000) : (seconds, rest)
  }
}
