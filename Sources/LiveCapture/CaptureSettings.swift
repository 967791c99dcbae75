public import Wire

/// How packets are taken from the kernel.
public struct CaptureSettings: Hashable, Sendable {
  /// The most bytes that are kept of a frame, its link header included.
  public var snapLength = 256
  /// The ring that the kernel fills and we empty, in bytes.
  public var bufferLength = 16 << 20
  /// How long a block of the ring may wait to be full before it is handed over.
  ///
  /// The price of idling: nothing wakes before a block is full or this old, so that ten wake-ups a second is the most.
  public var timeout = Interval.milliseconds(100)

  public init() {}
}

/// What the kernel counted of a capture since it began.
public struct CaptureCounters: Hashable, Sendable {
  /// Frames that passed the filter.
  public var received: UInt64 = 0
  /// Those of them that found the ring full: the capture lost them, the network did not.
  public var dropped: UInt64 = 0

  public init() {}
}
