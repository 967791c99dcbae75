internal import Synchronization
internal import System

/// Stops a server from another thread.
public struct Stopper: Sendable {
  let request: StopRequest
  let waker: Waker

  public func stop() {
    request.set()
    waker.wake()
  }
}

/// That a server is to stop.
final class StopRequest: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .acquiring) }

  func set() { flag.store(true, ordering: .releasing) }
}
