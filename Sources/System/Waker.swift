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

/// Runs `body` on a thread of its own, which nobody waits for.
public func startThread(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  // SAFETY: the box is retained for the thread, which takes it over.
  let box = unsafe Unmanaged.passRetained(Box(body))
  let status = unsafe pthread_create(
    &thread,
    nil,
    { argument in
      if let argument = unsafe argument {
        // SAFETY: what was passed below, retained once.
        unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
      }
      return nil
    },
    box.toOpaque()
  )
  guard status == 0 else {
    unsafe box.release()
    throw SystemError("start a thread", code: status)
  }
  pthread_detach(thread)
}
