internal import Glibc

/// A counter that threads wait for, by POSIX.
@safe
final class Semaphore: @unchecked Sendable {
  private let handle: UnsafeMutablePointer<sem_t>

  init(_ count: Int) {
    unsafe handle = .allocate(capacity: 1)
    // SAFETY: the memory is ours until `deinit`, and stays where it is.
    unsafe sem_init(handle, 0, UInt32(count))
  }

  deinit {
    // SAFETY: whoever waits holds a reference, so nobody does.
    unsafe sem_destroy(handle)
    unsafe handle.deallocate()
  }

  func signal() {
    // SAFETY: initialized in `init`.
    unsafe sem_post(handle)
  }

  func wait() {
    // SAFETY: initialized in `init`. Only a signal handler ends it early, with EINTR.
    while unsafe sem_wait(handle) != 0 {}
  }

  /// Whether the count could be taken within a tenth of a second.
  func waitATenthOfASecond() -> Bool {
    var moment = timespec()
    // SAFETY: the system fills the structure, and keeps no pointer to it.
    unsafe clock_gettime(CLOCK_REALTIME, &moment)
    moment.tv_nsec += 100_000_000
    if moment.tv_nsec >= 1_000_000_000 {
      moment.tv_nsec -= 1_000_000_000
      moment.tv_sec += 1
    }
    // SAFETY: initialized in `init`; the time is read during the call.
    return unsafe sem_timedwait(handle, &moment) == 0
  }
}
