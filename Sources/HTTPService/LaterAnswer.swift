internal import CMicroHTTP
internal import System

/// An answer that is not there yet: the connection sleeps until it is, and no thread waits for it.
public final class LaterAnswer: Sendable {
  private struct State {
    var make: (@Sendable () -> HTTPAnswer)?
    /// The connection that sleeps.
    var asleep: UInt?
  }

  private let state = Locked(State())

  public init() {}

  /// Gives the answer, which is made on one of the server's threads; the first one counts.
  public func give(_ make: @escaping @Sendable () -> HTTPAnswer) {
    state.withLock { state in
      guard state.make == nil else { return }
      state.make = make
      guard let asleep = state.asleep else { return }
      state.asleep = nil
      // SAFETY: a connection that is suspended is not closed before it was resumed.
      if let connection = unsafe OpaquePointer(bitPattern: asleep) {
        unsafe MHD_resume_connection(connection)
      }
    }
  }

  /// Lets the connection sleep until the answer is there; the library then asks once more.
  func sleep(_ connection: OpaquePointer) {
    state.withLock { state in
      // SAFETY: called by the server for this connection, which it keeps until it was resumed.
      unsafe MHD_suspend_connection(connection)
      if state.make == nil {
        state.asleep = UInt(bitPattern: connection)
      } else {
        unsafe MHD_resume_connection(connection)
      }
    }
  }

  /// The answer, once it was given.
  func take() -> HTTPAnswer? {
    let make = state.withLock(\.make)
    return make?()
  }
}
