internal import CMicroHTTP
internal import System

/// What happens, told to all who listen (server-sent events).
///
/// Each listener has a bounded queue: nobody waits for a slow one. Who comes back with the number of the last event seen is
/// told what was missed, as long as that is still remembered.
public final class EventStream: Sendable {
  private struct State {
    /// The number of the last event.
    var last: UInt64 = 0
    var recent: [(number: UInt64, frame: [UInt8])] = []
    var listeners: [ObjectIdentifier: Listener] = [:]
    var slowListeners = 0
    var isClosed = false
  }

  /// So many events are remembered for those who come back.
  private static let memory = 256

  private let state = Locked(State())
  private let limits: HTTPLimits

  public init(_ limits: HTTPLimits = HTTPLimits()) {
    self.limits = limits
  }

  /// Tells an event, whose data is one line or several.
  public func publish(_ name: String, _ data: [UInt8]) {
    state.withLock { state in
      state.last += 1
      let frame = Self.frame(state.last, name, data)
      state.recent.append((state.last, frame))
      if state.recent.count > Self.memory { state.recent.removeFirst() }
      tell(frame, &state)
    }
  }

  /// A comment: it shows that the server is there, and finds the clients that are not.
  func beat() {
    state.withLock { tell(Array(": \n\n".utf8), &$0) }
  }

  /// Ends the connections of all listeners; nobody can listen any more.
  func close() {
    state.withLock { state in
      state.isClosed = true
      for listener in state.listeners.values { listener.wake() }
    }
  }

  var tally: (listeners: Int, slow: Int) {
    state.withLock { ($0.listeners.count, $0.slowListeners) }
  }

  // MARK: Listeners, whose state is under the stream's lock

  /// Begins to listen, or nil when too many do.
  func add(_ listener: Listener, after event: UInt64?) -> Bool {
    state.withLock { state in
      guard !state.isClosed, state.listeners.count < limits.listeners else { return false }
      // At once, so that the client knows that it is heard, and how soon to come back.
      listener.pending = Array("retry: 2000\n\n".utf8)
      if let event, event < state.last {
        let missed = state.recent.filter { $0.number > event }
        if missed.first?.number != event + 1 { listener.pending += Self.gap("events were missed") }
        for one in missed { listener.pending += one.frame }
      } else if let event, event > state.last {
        listener.pending += Self.gap("the server began anew")
      }
      state.listeners[ObjectIdentifier(listener)] = listener
      return true
    }
  }

  func remove(_ listener: Listener) {
    state.withLock { _ = $0.listeners.removeValue(forKey: ObjectIdentifier(listener)) }
  }

  /// Moves what waits for a listener into the server's buffer, or lets the connection sleep until something does.
  func read(_ listener: Listener, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    state.withLock { state in
      // The library's word for the end of a stream.
      if listener.isLate || state.isClosed { return -1 }
      guard !listener.pending.isEmpty else {
        listener.sleep()
        return 0
      }
      let count = min(buffer.count, listener.pending.count)
      // SAFETY: the buffer holds `count` bytes and more, during this call.
      _ = unsafe buffer.update(fromContentsOf: listener.pending.prefix(count))
      listener.pending.removeFirst(count)
      return count
    }
  }

  private func tell(_ frame: [UInt8], _ state: inout State) {
    for listener in state.listeners.values where !listener.isLate {
      if listener.pending.count + frame.count > limits.backlog {
        listener.isLate = true
        listener.pending = []
        state.slowListeners += 1
      } else {
        listener.pending += frame
      }
      listener.wake()
    }
  }

  /// What the client has seen is not what is remembered here: it is to look at the whole.
  private static func gap(_ why: String) -> [UInt8] {
    Array("event: gap\ndata: {\"error\":\"\(why)\",\"what_to_do\":\"fetch it all anew\"}\n\n".utf8)
  }

  private static func frame(_ number: UInt64, _ name: String, _ data: [UInt8]) -> [UInt8] {
    var frame = Array("id: \(number)\nevent: \(name)\n".utf8)
    for line in data.split(separator: UInt8(ascii: "\n")) {
      frame += Array("data: ".utf8) + line + [UInt8(ascii: "\n")]
    }
    return frame + [UInt8(ascii: "\n")]
  }
}

/// One client of an event stream; all of it is under the stream's lock.
@safe
final class Listener: @unchecked Sendable {
  let stream: EventStream
  private let connection: OpaquePointer
  var pending: [UInt8] = []
  var isLate = false
  private var isAsleep = false

  init(_ stream: EventStream, on connection: OpaquePointer) {
    self.stream = stream
    unsafe self.connection = connection
  }

  func sleep() {
    isAsleep = true
    // SAFETY: called by the server for this connection, which it keeps until the listener was removed.
    unsafe MHD_suspend_connection(connection)
  }

  func wake() {
    guard isAsleep else { return }
    isAsleep = false
    // SAFETY: a connection that is suspended is not closed before it was resumed.
    unsafe MHD_resume_connection(connection)
  }
}
