/// Knows the network interfaces of this network namespace and follows them as they come and go (rtnetlink).
public struct LinkMonitor: ~Copyable {
  public enum Change: Hashable, Sendable {
    case appeared(NetworkLink)
    /// Another name, state or kind than before.
    case changed(NetworkLink)
    case vanished(NetworkLink)
  }

  private let socket: NetlinkSocket
  private var known: [UInt32: NetworkLink]
  /// What a dump has told so far; nil outside one.
  private var dumped: Set<UInt32>?

  private static let newLink: UInt16 = 16
  private static let deletedLink: UInt16 = 17
  private static let getLink: UInt16 = 18
  private static let done: UInt16 = 3
  /// RTMGRP_LINK.
  private static let linkGroup: UInt32 = 1

  /// Starts with all interfaces that there are now.
  public static func start() throws(SystemError) -> Self {
    var monitor = Self(try NetlinkSocket(.route, groups: linkGroup))
    _ = try monitor.refresh()
    return monitor
  }

  private init(_ socket: consuming NetlinkSocket) {
    self.socket = socket
    known = [:]
  }

  /// What becomes readable when something changed.
  public var number: Int32 { socket.number }

  /// The interfaces, by their numbers.
  public var links: [NetworkLink] { known.values.sorted { $0.index < $1.index } }

  public subscript(index: UInt32) -> NetworkLink? { known[index] }

  /// Asks the kernel for everything anew: states, and counters, of which no message tells by itself.
  public mutating func refresh() throws(SystemError) -> [Change] {
    try beginDump()
    var changes: [Change] = []
    while dumped != nil, socket.wait(atMost: 1_000) {
      changes += try readChanges()
    }
    return changes
  }

  /// What changed since the last call.
  public mutating func readChanges() throws(SystemError) -> [Change] {
    var changes: [Change] = []
    while true {
      switch try socket.read() {
      case .messages(let bytes): take(bytes.span, into: &changes)
      case .nothing: return changes
      case .overrun: try beginDump()
      }
    }
  }

  private mutating func beginDump() throws(SystemError) {
    dumped = []
    // A struct ifinfomsg of zeros: all interfaces.
    try socket.askForAll(Self.getLink, [UInt8](repeating: 0, count: 16))
  }

  private mutating func take(_ bytes: Span<UInt8>, into changes: inout [Change]) {
    var messages = NetlinkPieces.messages(of: bytes)
    while let message = messages.next(in: bytes) {
      switch message.type {
      case Self.newLink:
        guard let link = NetworkLink(bytes, in: message.body) else { continue }
        dumped?.insert(link.index)
        note(link, into: &changes)
      case Self.deletedLink:
        guard let link = NetworkLink(bytes, in: message.body) else { continue }
        guard var old = known.removeValue(forKey: link.index) else { continue }
        // The last word on its counters.
        if link.counters.received >= old.counters.received { old.counters = link.counters }
        changes.append(.vanished(old))
      case Self.done:
        guard let seen = dumped else { continue }
        dumped = nil
        for link in links where !seen.contains(link.index) {
          known.removeValue(forKey: link.index)
          changes.append(.vanished(link))
        }
      default: continue
      }
    }
  }

  private mutating func note(_ link: NetworkLink, into changes: inout [Change]) {
    let old = known.updateValue(link, forKey: link.index)
    guard let old else {
      changes.append(.appeared(link))
      return
    }
    if old.name != link.name || old.isUp != link.isUp || old.kind != link.kind {
      changes.append(.changed(link))
    }
  }
}
