public import Correlation
public import LiveCapture
public import System
internal import Wire

/// What is to be captured on this machine.
public struct LiveSettings: Sendable {
  public var interfaces = [InterfacePattern("any")]
  /// The user's own filter, in place of the one made from `scope`.
  public var filter: String?
  public var scope = CaptureScope()
  public var capture = CaptureSettings()

  public init() {}
}

/// Something that whoever captures should know.
public enum LiveNotice: Hashable, Sendable, CustomStringConvertible {
  case appeared(String)
  case vanished(String)
  /// The kernel cannot run the filter: every packet is copied and then filtered here.
  case slowFilter
  /// What the inventory's files brought.
  case inventory(String)
  /// What went wrong, while the rest goes on.
  case trouble(String)

  public var description: String {
    switch self {
    case .appeared(let name): "interface \(name) appeared"
    case .vanished(let name): "interface \(name) is gone"
    case .slowFilter:
      "the kernel cannot run the filter: packets are filtered after they were copied, at more cost"
    case .inventory(let text): text
    case .trouble(let reason): reason
    }
  }
}

/// Reads this machine's interfaces, as they come and go, into batches of sightings.
public struct LiveSource: ~Copyable {
  /// How many sightings wait at most for a frame that comes late.
  private static let mostWaiting = 256

  /// A frame that was taken, for whoever keeps it too.
  public typealias Keeper = (borrowing CaptureSocket.Frame) -> Void

  private var socket: CaptureSocket
  private var interfaces: WatchedInterfaces
  private var settings: LiveSettings
  /// The latest sightings of a read after which more waited.
  private var waiting = SightingBatch(capacity: mostWaiting)
  /// What the kernel filters by now.
  public private(set) var filter: String?
  /// How many frames were taken: the number of the last one.
  public private(set) var frameCount: UInt64 = 0

  /// Opens the capture; what cannot be watched is told in one line.
  public static func open(_ settings: LiveSettings) throws(CaptureError) -> Self {
    let interfaces: WatchedInterfaces
    do {
      interfaces = try WatchedInterfaces.start(settings.interfaces)
    } catch {
      throw CaptureError(.system, error.description)
    }
    for pattern in settings.interfaces where pattern.isName {
      guard interfaces.all.contains(where: { $0.name == pattern.text }) else {
        let names = interfaces.all.map(\.name)
        let some = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", ..." : "")
        throw CaptureError(
          .noSuchInterface,
          "there is no interface \(pattern.text); there are \(some) (and 'veth*' takes those to come)"
        )
      }
    }
    var source = Self(settings, interfaces, try CaptureSocket(settings.capture))
    source.isFilterSlow = try source.setFilter()
    return source
  }

  private init(
    _ settings: LiveSettings,
    _ interfaces: consuming WatchedInterfaces,
    _ socket: consuming CaptureSocket
  ) {
    self.settings = settings
    self.interfaces = interfaces
    self.socket = socket
  }

  /// Whether the kernel leaves the filtering to us.
  public private(set) var isFilterSlow = false

  /// What a poller watches: frames, and changes of interfaces.
  public var frameDescriptor: Int32 { socket.number }
  public var linkDescriptor: Int32 { interfaces.descriptor }

  /// Whether interfaces came or went as their frames were read, which the descriptor does not tell.
  public var hasNews: Bool { interfaces.hasNews }

  /// The interfaces that are watched now.
  public var watched: [NetworkLink] { interfaces.watched }

  /// Appends the sightings of the frames that wait, at most `mostFrames`, by their times; how many frames there were.
  ///
  /// Each frame is decoded where the kernel put it.
  public mutating func read(into batch: inout SightingBatch) -> Int {
    let linkType = CaptureSocket.linkType
    batch.takeOver(&waiting)
    let count = Self.read(&socket, &interfaces, &frameCount) { frame, number in
      Self.add(frame, number, as: linkType, to: &batch)
    }
    settle(&batch, after: count)
    return count
  }

  /// The same, for a keeper that sees the frames which count.
  public mutating func read(into batch: inout SightingBatch, keeper: Keeper) -> Int {
    let linkType = CaptureSocket.linkType
    batch.takeOver(&waiting)
    let count = Self.read(&socket, &interfaces, &frameCount) { frame, number in
      Self.add(frame, number, as: linkType, to: &batch)
      keeper(frame)
    }
    settle(&batch, after: count)
    return count
  }

  /// Orders what was read; while more waits, the latest of it waits for what comes late.
  private mutating func settle(_ batch: inout SightingBatch, after count: Int) {
    batch.order()
    guard count >= Self.mostFrames else { return }
    batch.keepBack(SightingBatch.usualDelay, atMost: Self.mostWaiting, in: &waiting)
  }

  @inline(__always)
  private static func add(
    _ frame: borrowing CaptureSocket.Frame,
    _ number: UInt64,
    as linkType: LinkType,
    to batch: inout SightingBatch
  ) {
    batch.add(
      frame.bytes,
      as: linkType,
      originalLength: Int(frame.originalLength),
      time: frame.time,
      interface: 0,
      witness: Witness(file: 0, frame: number)
    )
  }

  /// So many frames are read in one go at most: after fewer none waits.
  public static let mostFrames = CaptureSocket.mostFrames

  /// Hands the frames that wait to `keeper`, undecoded; how many there were.
  public mutating func read(_ keeper: Keeper) -> Int {
    Self.read(&socket, &interfaces, &frameCount) { frame, _ in keeper(frame) }
  }

  /// Apart from `self`, of which a closure could not use two parts at once; inlined, so that a frame passes one closure
  /// less.
  @inline(__always)
  private static func read(
    _ socket: inout CaptureSocket,
    _ interfaces: inout WatchedInterfaces,
    _ number: inout UInt64,
    _ body: (borrowing CaptureSocket.Frame, UInt64) -> Void
  ) -> Int {
    let takesAll = interfaces.meansAll
    return socket.read { frame in
      if !takesAll, !interfaces.wants(frame.interface) { return }
      number &+= 1
      body(frame, number)
    }
  }

  /// Has frames read, by a closure that says how many there were, which the kernel holds back until their block is full or
  /// old enough: they came before the end.
  public static func takeRest<Problem>(
    _ settings: CaptureSettings,
    _ read: () throws(Problem) -> Int
  ) throws(Problem) {
    let end = Instant.now() + settings.timeout + .milliseconds(20)
    while Instant.now() < end {
      if try read() == 0 { sleep(until: min(end, .now() + .milliseconds(5))) }
    }
  }

  /// Takes note of interfaces that came or went, and adapts the filter to them.
  public mutating func followInterfaces() -> [LiveNotice] {
    var notices: [LiveNotice] = []
    do throws(SystemError) {
      for change in try interfaces.takeNews() { notices += notice(of: change) }
    } catch {
      notices.append(.trouble(error.description))
    }
    return notices + renewFilter()
  }

  /// Captures from now on what another inventory asks for, too.
  ///
  /// What the one before asked for is captured still: traffic to what was taken away is evidence.
  public mutating func widen(to scope: CaptureScope) -> [LiveNotice] {
    settings.scope.formUnion(scope)
    return renewFilter()
  }

  private mutating func renewFilter() -> [LiveNotice] {
    do throws(CaptureError) {
      let isSlow = try setFilter()
      defer { isFilterSlow = isSlow }
      return isSlow && !isFilterSlow ? [.slowFilter] : []
    } catch {
      return [.trouble(error.reason)]
    }
  }

  public mutating func readCounters() -> CaptureCounters { socket.readCounters() }

  /// What each watched interface itself lost since the start, by name: the capture's own drops are not among it, of
  /// which the kernel does not say at which interface they were.
  public mutating func readLosses() -> [InterfaceLoss] { interfaces.readLosses() }

  private func notice(of change: LinkMonitor.Change) -> [LiveNotice] {
    switch change {
    case .appeared(let link): interfaces.includes(link.name) ? [.appeared(link.name)] : []
    case .vanished(let link): interfaces.includes(link.name) ? [.vanished(link.name)] : []
    case .changed: []
    }
  }

  /// Gives the kernel the filter for the interfaces as they are, if that is another one than before; whether the kernel
  /// is spared it.
  private mutating func setFilter() throws(CaptureError) -> Bool {
    var expression = settings.filter ?? derivedFilter
    // Named interfaces are told apart in the kernel, so that others' packets are not even copied.
    if let names = interfaces.names, names.count <= 32 {
      let numbers = interfaces.all.filter { names.contains($0.name) }.map(\.index)
      let some = (numbers.isEmpty ? [0] : numbers).map { "ifindex \($0)" }.joined(separator: " or ")
      expression = expression.isEmpty ? some : "(\(some)) and (\(expression))"
    }
    guard expression != filter else { return isFilterSlow }
    let isFast = try socket.setFilter(expression)
    filter = expression
    return !isFast
  }

  /// The scope's filter, with those outer packets that no device of this machine shows unpacked.
  private var derivedFilter: String {
    var scope = settings.scope
    let kinds = Set(interfaces.all.filter(\.isUp).map(\.kind))
    for tunnel in CaptureScope.Tunnel.allCases where kinds.isDisjoint(with: tunnel.deviceKinds) {
      scope.tunnels.insert(tunnel)
    }
    return scope.expression
  }
}

extension CaptureScope.Tunnel {
  /// What the kernel calls the devices that pack and unpack it.
  fileprivate var deviceKinds: Set<String> {
    switch self {
    case .vxlan: ["vxlan"]
    case .geneve: ["geneve"]
    case .ipInIP: ["ipip", "sit", "ip6tnl"]
    case .gre: ["gre", "gretap", "ip6gre", "ip6gretap", "erspan"]
    }
  }
}
