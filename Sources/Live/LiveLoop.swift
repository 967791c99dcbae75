public import System
internal import Wire

/// Waits for what a live program has to do next, and does nothing meanwhile.
public struct LiveLoop: ~Copyable {
  /// What there is to do.
  public struct Wake: OptionSet, Sendable {
    public var rawValue: Int

    public init(rawValue: Int) {
      self.rawValue = rawValue
    }

    public static let frames = Self(rawValue: 1)
    public static let links = Self(rawValue: 2)
    public static let keys = Self(rawValue: 4)
    public static let stop = Self(rawValue: 8)
    public static let report = Self(rawValue: 16)
    public static let inventory = Self(rawValue: 32)
  }

  private let poller: Poller
  private let signals: StopSignals

  private init(_ poller: consuming Poller, _ signals: consuming StopSignals) {
    self.poller = poller
    self.signals = signals
  }

  /// To be made before a second thread exists, because signals are taken over for all of them.
  public static func start(
    _ source: borrowing LiveSource,
    _ keyboard: Int32? = nil,
    _ reports: Waker? = nil,
    _ inventory: Waker? = nil
  ) throws(SystemError) -> Self {
    let poller = try Poller()
    let signals = try StopSignals()
    try poller.add(source.frameDescriptor, token: UInt64(Wake.frames.rawValue))
    try poller.add(source.linkDescriptor, token: UInt64(Wake.links.rawValue))
    try poller.add(signals.number, token: UInt64(Wake.stop.rawValue))
    if let keyboard { try poller.add(keyboard, token: UInt64(Wake.keys.rawValue)) }
    if let reports { try poller.add(reports.number, token: UInt64(Wake.report.rawValue)) }
    if let inventory {
      try poller.add(inventory.number, token: UInt64(Wake.inventory.rawValue))
    }
    return Self(poller, signals)
  }

  /// Waits until something happens or the moment has come.
  public func wait(until moment: Instant) -> Wake {
    var wake: Wake = []
    poller.wait(timeout: moment.since(.now())) { event in
      wake.insert(Wake(rawValue: Int(event.token)))
    }
    return wake
  }
}
