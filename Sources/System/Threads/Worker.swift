internal import Glibc

/// A thread that runs one body, and is waited for or let go.
@safe
public final class Worker: Sendable {
  private let thread: pthread_t

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
      self.run = run
    }
  }

  public init(_ run: @escaping @Sendable () -> Void) throws(SystemError) {
    var thread = pthread_t()
    let body = unsafe Unmanaged.passRetained(Body(run))
    // SAFETY: the thread takes over the retained body, or nobody does and it is released below.
    let status = unsafe pthread_create(
      &thread,
      nil,
      { unsafe Worker.main($0) },
      body.toOpaque()
    )
    guard status == 0 else {
      unsafe body.release()
      throw SystemError("start a thread", code: status)
    }
    self.thread = thread
  }

  private static func main(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let body = unsafe body {
      // SAFETY: retained by `init` for this one use.
      unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
    }
    return nil
  }

  /// Waits for the body to end; to be called once, and not after `detach`.
  public func join() {
    pthread_join(thread, nil)
  }

  /// Leaves the thread to itself.
  func detach() {
    pthread_detach(thread)
  }
}

/// Runs `body` on a thread of its own, which nobody waits for.
public func startThread(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
  try Worker(body).detach()
}

/// Runs a body on several threads at once, and returns when all are done.
///
/// The first runs on the caller's own thread; where the system gives no more, it does all the work.
public func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
  let workers = (1..<max(1, count)).compactMap { _ in try? Worker(body) }
  body()
  for worker in workers { worker.join() }
}

/// How many threads the machine can run at once.
public func usableCores() -> Int {
  max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
