internal import System

/// The account of what interfaces lost, which outlives them.
struct InterfaceLosses {
  /// What an interface had counted when it was first seen.
  private var before: [UInt32: NetworkLink.Counters] = [:]
  /// What those lost that are gone, by their names.
  private var gone: [String: InterfaceLoss] = [:]
  /// Names of pods' interfaces are never used again: losses of so many that are gone are kept apart.
  private static let mostGone = 1_000

  mutating func begin(_ link: NetworkLink) {
    if before[link.index] == nil { before[link.index] = link.counters }
  }

  mutating func end(_ link: NetworkLink) {
    guard let before = before.removeValue(forKey: link.index) else { return }
    let loss = Self.loss(of: link, since: before)
    guard loss.isAny else { return }
    let isKnown = gone[link.name] != nil
    let name = isKnown || gone.count < Self.mostGone ? link.name : "interfaces that are gone"
    gone[name, default: InterfaceLoss(name: name)].add(loss)
  }

  /// Of these interfaces, and of those that lost something before they went; by name.
  func list(of links: [NetworkLink]) -> [InterfaceLoss] {
    var byName = gone
    for link in links {
      let loss = Self.loss(of: link, since: before[link.index] ?? link.counters)
      byName[link.name, default: InterfaceLoss(name: link.name)].add(loss)
    }
    return byName.values.sorted { $0.name < $1.name }
  }

  private static func loss(
    of link: NetworkLink,
    since before: NetworkLink.Counters
  ) -> InterfaceLoss {
    var loss = InterfaceLoss(name: link.name)
    // Some drivers count anew when they are reset.
    func grown(_ counter: KeyPath<NetworkLink.Counters, UInt64>) -> UInt64 {
      let (now, then) = (link.counters[keyPath: counter], before[keyPath: counter])
      return now >= then ? now - then : now
    }
    loss.received = grown(\.received)
    loss.missed = grown(\.missed)
    loss.refused = grown(\.refused)
    loss.unsent = grown(\.unsent)
    return loss
  }
}
