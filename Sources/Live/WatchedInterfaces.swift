internal import System

/// The interfaces that are watched, as the kernel's list of them changes.
struct WatchedInterfaces: ~Copyable {
  private var monitor: LinkMonitor
  private let patterns: [InterfacePattern]
  /// By number; interfaces number in the hundreds, whatever their numbers.
  private var chosen: Set<UInt32> = []
  private var refused: Set<UInt32> = []
  /// Most frames in a row are of few interfaces.
  private var lastNumber: UInt32 = 0
  private var lastAnswer = false
  private var losses = InterfaceLosses()
  /// What changed and was not told yet.
  private var news: [LinkMonitor.Change] = []

  static func start(_ patterns: [InterfacePattern]) throws(SystemError) -> Self {
    Self(try LinkMonitor.start(), patterns)
  }

  private init(_ monitor: consuming LinkMonitor, _ patterns: [InterfacePattern]) {
    self.monitor = monitor
    self.patterns = patterns
    for link in self.monitor.links { note(link) }
  }

  /// What becomes readable when something changed.
  var descriptor: Int32 { monitor.number }

  /// Whether there is something to tell that the descriptor does not announce any more.
  var hasNews: Bool { !news.isEmpty }

  var all: [NetworkLink] { monitor.links }

  var watched: [NetworkLink] { monitor.links.filter { includes($0.name) } }

  var meansAll: Bool { patterns.contains(where: \.meansAll) }

  /// The patterns' own names, where they name single interfaces and nothing else.
  var names: [String]? { patterns.allSatisfy(\.isName) ? patterns.map(\.text) : nil }

  func includes(_ name: String) -> Bool { patterns.contains { $0.matches(name) } }

  /// Whether a frame's interface is wanted.
  mutating func wants(_ number: UInt32) -> Bool {
    if number == lastNumber { return lastAnswer }
    if !isKnown(number) { meet(number) }
    (lastNumber, lastAnswer) = (number, chosen.contains(number))
    return lastAnswer
  }

  /// What changed since the last call.
  mutating func takeNews() throws(SystemError) -> [LinkMonitor.Change] {
    try readNews()
    defer { news.removeAll() }
    return news
  }

  /// What each interface lost, by the kernel's counters of this moment.
  mutating func readLosses() -> [InterfaceLoss] {
    do throws(SystemError) {
      take(try monitor.refresh())
    } catch {
      // Without an answer the last known counters stand.
    }
    return losses.list(of: watched)
  }

  private func isKnown(_ number: UInt32) -> Bool {
    chosen.contains(number) || refused.contains(number)
  }

  /// A frame of an interface that nobody told of yet.
  ///
  /// The kernel told of it before its first frame, so the news is there to be read, even where the interface itself is
  /// gone again. Only when news was lost for want of room has the kernel to be asked, and then it may know no more.
  private mutating func meet(_ number: UInt32) {
    // What cannot be read now is told when news is taken.
    try? readNews()
    if !isKnown(number) { note(number, interfaceName(number) ?? "") }
  }

  private mutating func readNews() throws(SystemError) {
    take(try monitor.readChanges())
  }

  private mutating func take(_ changes: [LinkMonitor.Change]) {
    for change in changes {
      switch change {
      case .appeared(let link), .changed(let link): note(link)
      case .vanished(let link): losses.end(link)
      }
    }
    news += changes
  }

  private mutating func note(_ link: NetworkLink) {
    note(link.index, link.name)
    if includes(link.name) { losses.begin(link) }
  }

  private mutating func note(_ number: UInt32, _ name: String) {
    lastNumber = 0
    if includes(name) {
      chosen.insert(number)
      refused.remove(number)
    } else {
      refused.insert(number)
      chosen.remove(number)
    }
  }
}
