internal import System
internal import Wire

/// Keeps the addresses of a headless service's pods current, on a thread of its own: resolvers block.
final class PeerNames: Sendable {
  private struct State {
    var addresses: [IPAddress]?
    var failure: String?
    var isOver = false
  }

  private let state = Locked(State())
  private let name: String
  private let every: Interval
  private let waker: Waker

  /// Resolves `name` again and again, and wakes the loop when something is there to be taken.
  init(_ name: String, every: Interval, waker: Waker) {
    self.name = name
    self.every = every
    self.waker = waker
  }

  func start() throws(SystemError) {
    try startThread { [self] in
      var told: String?
      while !state.withLock({ $0.isOver }) {
        do throws(ResolutionError) {
          let addresses = try System.resolve(name)
          state.withLock { $0.addresses = addresses }
          told = nil
        } catch {
          // Told once: a name that no pod is ready for yet does not resolve.
          if told != error.description {
            told = error.description
            state.withLock { $0.failure = error.description }
          }
        }
        waker.wake()
        sleep(until: Instant.now() + every)
      }
    }
  }

  func stop() {
    state.withLock { $0.isOver = true }
  }

  /// What was found since the last call.
  func take() -> (addresses: [IPAddress]?, failure: String?) {
    state.withLock { state in
      defer {
        state.addresses = nil
        state.failure = nil
      }
      return (state.addresses, state.failure)
    }
  }
}
