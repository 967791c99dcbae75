import CommandLineKit
import Live
import System
import Wire

/// Waits for what a live command has to do next, and does nothing meanwhile.
struct LiveLoop: ~Copyable {
  /// What there is to do.
  struct Wake: OptionSet {
    var rawValue: Int

    static let frames = Self(rawValue: 1)
    static let links = Self(rawValue: 2)
    static let keys = Self(rawValue: 4)
    static let stop = Self(rawValue: 8)
    static let report = Self(rawValue: 16)
    static let inventory = Self(rawValue: 32)
  }

  private let poller: Poller
  private let signals: StopSignals

  private init(_ poller: consuming Poller, _ signals: consuming StopSignals) {
    self.poller = poller
    self.signals = signals
  }

  /// To be made before a second thread exists, because signals are taken over for all of them.
  static func start(
    _ source: borrowing LiveSource,
    _ keyboard: Int32? = nil,
    _ reports: Waker? = nil,
    _ inventory: InventoryFollower? = nil
  ) throws(SystemError) -> Self {
    let poller = try Poller()
    let signals = try StopSignals()
    try poller.add(source.frameDescriptor, token: UInt64(Wake.frames.rawValue))
    try poller.add(source.linkDescriptor, token: UInt64(Wake.links.rawValue))
    try poller.add(signals.number, token: UInt64(Wake.stop.rawValue))
    if let keyboard { try poller.add(keyboard, token: UInt64(Wake.keys.rawValue)) }
    if let reports { try poller.add(reports.number, token: UInt64(Wake.report.rawValue)) }
    if let inventory {
      try poller.add(inventory.waker.number, token: UInt64(Wake.inventory.rawValue))
    }
    return Self(poller, signals)
  }

  static func start(
    for source: borrowing LiveSource,
    _ inventory: InventoryFollower?
  ) throws(Failure) -> Self {
    do throws(SystemError) {
      return try start(source, nil, nil, inventory)
    } catch {
      throw Failure(error.description)
    }
  }

  /// Waits until something happens or the moment has come.
  func wait(until moment: Instant) -> Wake {
    var wake: Wake = []
    poller.wait(timeout: moment.since(.now())) { event in
      wake.insert(Wake(rawValue: Int(event.token)))
    }
    return wake
  }
}
