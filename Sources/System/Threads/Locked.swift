internal import Glibc

/// A value that threads use one at a time, under a lock that the thread sanitizer knows.
///
/// The standard library's `Mutex` locks in code that the sanitizer does not see into: it reports every access that only
/// such a lock orders.
@safe
public final class Locked<Value: ~Copyable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  public init(_ value: consuming sending Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    // SAFETY: the memory is ours until `deinit`, and stays where it is.
    unsafe pthread_mutex_init(mutex, nil)
  }

  deinit {
    // SAFETY: whoever holds the lock holds a reference, so nobody does.
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  public func withLock<Result: ~Copyable>(_ body: (inout Value) -> Result) -> Result {
    // SAFETY: initialized in `init`.
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body(&value)
  }
}
