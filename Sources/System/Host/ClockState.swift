internal import CLinux
public import Wire

/// Whether the wall clock follows a better one, as the kernel has been told.
public struct ClockState: Hashable, Sendable {
  public var isSynchronized: Bool
  /// How far it is estimated to be off.
  public var estimatedError: Interval

  public init(isSynchronized: Bool, estimatedError: Interval) {
    self.isSynchronized = isSynchronized
    self.estimatedError = estimatedError
  }

  /// Nil where the kernel does not tell.
  public static func read() -> Self? {
    var error: Int64 = 0
    // SAFETY: the shim writes the one number.
    let state = unsafe stickler_clock_state(&error)
    guard state >= 0 else { return nil }
    return Self(isSynchronized: state == 1, estimatedError: Interval(nanoseconds: error &* 1_000))
  }
}
