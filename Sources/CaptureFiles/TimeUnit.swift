internal import Wire

/// How an interface's time stamps count: units of a second, and seconds to be added.
public struct TimeUnit: Hashable, Sendable {
  enum Scale: Hashable, Sendable {
    case nanosecondsPerUnit(UInt64)
    case unitsPerNanosecond(UInt64)
    /// Units of 2 to the minus this many seconds.
    case binary(UInt64)
  }

  var scale: Scale
  /// Nanoseconds that are added to every time (`if_tsoffset`).
  var offset: Int64 = 0

  public static let microseconds = Self(scale: .nanosecondsPerUnit(1_000))
  public static let nanoseconds = Self(scale: .nanosecondsPerUnit(1))

  init(scale: Scale) {
    self.scale = scale
  }

  /// Reads an `if_tsresol`: a negative power of 2 if the highest bit is set, else one of 10.
  public init(resolution: UInt8) {
    let exponent = Int(resolution & 0x7f)
    if resolution & 0x80 != 0 {
      scale = .binary(UInt64(exponent))
    } else if exponent <= 9 {
      scale = .nanosecondsPerUnit(Self.powerOfTen(9 - exponent))
    } else if exponent <= 28 {
      scale = .unitsPerNanosecond(Self.powerOfTen(exponent - 9))
    } else {
      // 64 bits of such units are less than a nanosecond.
      scale = .nanosecondsPerUnit(0)
    }
  }

  /// The moment that a file's count of units names; one beyond 64 bits of nanoseconds wraps.
  func time(_ units: UInt64) -> Timestamp {
    let nanoseconds =
      switch scale {
      case .nanosecondsPerUnit(let factor): units &* factor
      case .unitsPerNanosecond(let divisor): units / divisor
      case .binary(let exponent):
        UInt64(truncatingIfNeeded: (UInt128(units) * 1_000_000_000) >> UInt128(exponent))
      }
    return Timestamp(nanoseconds: Int64(truncatingIfNeeded: nanoseconds) &+ offset)
  }

  private static func powerOfTen(_ exponent: Int) -> UInt64 {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}
