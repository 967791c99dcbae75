internal import Protocols
internal import System
internal import Wire

/// Finds out that an echo comes back as an echo.
///
/// Two echo servers that are pointed at each other would throw one datagram to and fro for ever. Nothing in such a
/// datagram tells, but that it is what we have just sent to its source. A person's client may repeat itself too: so
/// repetitions are answered from a budget that lets a thousand pass, and a hundred each second for ever. A loop is
/// faster than that, and dies with the first datagram that is not answered.
enum LoopGuard {
  static let budget: Float = 1_000
  static let perSecond: Float = 100

  /// Whether an echo may be sent to a source that was last seen at `previous`.
  static func allows(
    _ mark: UInt64,
    to source: inout Source,
    since previous: Instant,
    now: Instant
  ) -> Bool {
    let slot = Int(mark & 7)
    let brief = UInt16(truncatingIfNeeded: mark >> 16) | 1
    guard source.echoed[slot] == brief else {
      // Of several datagrams that share a slot, each is remembered for a while: long enough to be recognised.
      let chance = (mark ^ source.datagrams) &* 0xd6e8_feb8_6659_fd93
      if source.echoed[slot] == 0 || chance >> 61 == 0 {
        source.echoed[slot] = brief
      }
      return true
    }
    let refill = Float(now.since(previous).inSeconds) * perSecond
    source.loopBudget = min(budget, source.loopBudget + refill)
    guard source.loopBudget >= 1 else { return false }
    source.loopBudget -= 1
    return true
  }

  /// A number for a datagram's bytes: equal bytes, equal numbers.
  ///
  /// Not proof against forgery, and need not be.
  static func mark(_ bytes: Span<UInt8>) -> UInt64 {
    var value = UInt64(bytes.count) &* 0x9e37_79b9_7f4a_7c15
    var offset = 0
    while offset + 8 <= bytes.count {
      value = (value ^ bytes.integer64(at: offset)) &* 0xd6e8_feb8_6659_fd93
      value ^= value >> 32
      offset += 8
    }
    while offset < bytes.count {
      value = (value ^ UInt64(bytes[offset])) &* 0xd6e8_feb8_6659_fd93
      offset += 1
    }
    value = (value ^ value >> 32) &* 0xd6e8_feb8_6659_fd93
    return value ^ value >> 29
  }
}
