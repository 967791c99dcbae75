internal import Glibc

/// Runs a body on several threads at once, and returns when all are done.
///
/// The first runs on the caller's own thread; where the system gives no more, it does all the work.
public func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
  var threads: [pthread_t] = []
  for _ in 1..<max(1, count) {
    var thread = pthread_t()
    let work = unsafe Unmanaged.passRetained(Work(body))
    // SAFETY: the thread takes over the retained box, or nobody does and it is released below.
    let status = unsafe pthread_create(
      &thread,
      nil,
      { box in
        if let box = unsafe box {
          unsafe Unmanaged<Work>.fromOpaque(box).takeRetainedValue().body()
        }
        return nil
      },
      work.toOpaque()
    )
    guard status == 0 else {
      unsafe work.release()
      break
    }
    threads.append(thread)
  }
  body()
  for thread in threads {
    pthread_join(thread, nil)
  }
}

/// How many threads the machine can run at once.
public func usableCores() -> Int {
  max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}

private final class Work: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }
}
