internal import CLinux
internal import Glibc

/// Wakes a poller from another thread.
public final class Waker: Sendable {
  private let descriptor: Descriptor

  public init() throws(SystemError) {
    let number = stickler_waker()
    guard number >= 0 else { throw SystemError("create an event descriptor") }
    descriptor = Descriptor(owning: number)
  }

  /// What the poller watches.
  public var number: Int32 { descriptor.number }

  public func wake() {
    var one: UInt64 = 1
    // SAFETY: the kernel reads these eight bytes during the call.
    unsafe _ = Glibc.write(descriptor.number, &one, 8)
  }

  /// Takes note of all the wakes so far.
  public func clear() {
    var count: UInt64 = 0
    // SAFETY: the kernel writes these eight bytes during the call.
    unsafe _ = read(descriptor.number, &count, 8)
  }
}
