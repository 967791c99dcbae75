internal import Glibc

/// A thread that runs one body, and is waited for.
@safe
final class Worker {
  private let thread: pthread_t

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
      self.run = run
    }
  }

  init(_ run: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let body = unsafe Unmanaged.passRetained(Body(run)).toOpaque()
    // SAFETY: the thread takes over the one reference that `body` holds.
    let status = unsafe pthread_create(&thread, nil, { unsafe Worker.main($0) }, body)
    precondition(status == 0, "the system refuses another thread")
    self.thread = thread
  }

  private static func main(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let body = unsafe body {
      // SAFETY: retained by `init` for this one use.
      unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
    }
    return nil
  }

  /// Waits for the body to end; to be called once.
  func join() {
    pthread_join(thread, nil)
  }
}

/// How many threads can run at once here.
func coreCount() -> Int {
  max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
