internal import CLinux
internal import Glibc
public import Wire

/// Waits for many descriptors at once (epoll, level-triggered).
public struct Poller: ~Copyable {
  /// Something happened at a descriptor.
  public struct Event: Hashable, Sendable {
    /// What the descriptor was registered with.
    public var token: UInt64
    public var isReadable: Bool
    public var isWritable: Bool
    /// The peer is gone, or the descriptor failed.
    public var isClosed: Bool
  }

  private let descriptor: Descriptor

  public init() throws(SystemError) {
    let number = stickler_poller()
    guard number >= 0 else { throw SystemError("create an epoll") }
    descriptor = Descriptor(owning: number)
  }

  /// Watches a descriptor; closing it ends that by itself.
  public func add(
    _ number: Int32,
    token: UInt64,
    forReading: Bool = true,
    forWriting: Bool = false
  ) throws(SystemError) {
    try control(true, number, token, forReading, forWriting)
  }

  public func change(
    _ number: Int32,
    token: UInt64,
    forReading: Bool,
    forWriting: Bool
  ) throws(SystemError) {
    try control(false, number, token, forReading, forWriting)
  }

  private func control(
    _ isNew: Bool,
    _ number: Int32,
    _ token: UInt64,
    _ forReading: Bool,
    _ forWriting: Bool
  ) throws(SystemError) {
    let flags =
      (forReading ? STICKLER_READABLE : 0) | (forWriting ? STICKLER_WRITABLE : 0)
    let status = stickler_watch(
      descriptor.number,
      number,
      isNew ? 1 : 0,
      UInt32(flags),
      token
    )
    guard status == 0 else {
      throw SystemError("watch a descriptor")
    }
  }

  /// Calls `body` with what happened, after `timeout` at the latest.
  public func wait<Failure: Error>(
    timeout: Interval,
    _ body: (Event) throws(Failure) -> Void
  ) throws(Failure) {
    var events = [64 of stickler_event](repeating: stickler_event())
    // Rounded up: a wait that ends a fraction too soon would spin until its time has come.
    let milliseconds = max(0, (timeout.nanoseconds + 999_999) / 1_000_000)
    var span = events.mutableSpan
    // SAFETY: at most 64 events are written there.
    let count = unsafe span.withUnsafeMutableBufferPointer {
      unsafe stickler_wait(
        descriptor.number,
        $0.baseAddress,
        Int32($0.count),
        Int32(clamping: milliseconds)
      )
    }
    for index in 0..<max(0, Int(count)) {
      let flags = Int32(events[index].flags)
      try body(
        Event(
          token: events[index].token,
          isReadable: flags & STICKLER_READABLE != 0,
          isWritable: flags & STICKLER_WRITABLE != 0,
          isClosed: flags & STICKLER_CLOSED != 0
        )
      )
    }
  }
}
