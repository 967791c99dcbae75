internal import Wire

/// One node's table of flows and what its NAT made of them.
struct Conntrack {
  struct Entry {
    /// As the first packet came.
    var original: FiveTuple
    /// As it left: what replies come back to, reversed.
    var translated: FiveTuple
    var pod: Int?
    var front: Front?
    var firstSeen: Int64
    var expires: Int64
    var hasReply = false
    /// Why it went, where something took it.
    var isConfirmed = false
    /// Whether the packet vanishes: the flow's first one met a proxy without rules.
    var isPoisoned = false

    var isTranslated: Bool { original != translated }
  }

  private(set) var entries: [Int: Entry] = [:]
  private var index: [FiveTuple: Int] = [:]
  private var next = 0
  /// What took the entry of a tuple away, for the truth about the move that may follow.
  private(set) var lastRemoval: [FiveTuple: String] = [:]

  subscript(id: Int) -> Entry? { entries[id] }

  /// The entry that a packet belongs to, and whether as a reply.
  mutating func find(_ tuple: FiveTuple, at now: Int64) -> (id: Int, isReply: Bool)? {
    guard let id = index[tuple], let entry = entries[id] else { return nil }
    guard entry.expires > now else {
      remove(id, because: "A1")
      return nil
    }
    return (id, entry.original != tuple)
  }

  mutating func insert(_ entry: Entry) -> Int {
    next += 1
    entries[next] = entry
    return next
  }

  /// Makes an entry findable; the first of two for one tuple keeps the original direction.
  mutating func confirm(_ id: Int) {
    guard var entry = entries[id], !entry.isConfirmed else { return }
    entry.isConfirmed = true
    entries[id] = entry
    if index[entry.original] == nil { index[entry.original] = id }
    if index[entry.translated.reversed] == nil { index[entry.translated.reversed] = id }
  }

  /// As the kernel's UDP tracker: 30 s, and 120 s for a flow that was answered and lives longer than two seconds.
  mutating func refresh(_ id: Int, isReply: Bool, at now: Int64, _ dataplane: Dataplane) {
    guard var entry = entries[id] else { return }
    if isReply { entry.hasReply = true }
    let isStream = entry.hasReply && now - entry.firstSeen > 2_000_000_000
    let timeout = isStream ? dataplane.streamTimeout : dataplane.unrepliedTimeout
    entry.expires = now + timeout.nanoseconds
    entries[id] = entry
  }

  mutating func remove(_ id: Int, because mode: String) {
    guard let entry = entries.removeValue(forKey: id) else { return }
    lastRemoval[entry.original] = mode
    for tuple in [entry.original, entry.translated.reversed] where index[tuple] == id {
      index[tuple] = nil
    }
  }

  mutating func removeAll(because mode: String, where isVictim: (Entry) -> Bool) {
    for (id, entry) in entries.sorted(by: { $0.key < $1.key }) where isVictim(entry) {
      remove(id, because: mode)
    }
  }

  /// Gives a flow a new source as its backend sees it.
  mutating func renumber(_ id: Int, to source: Endpoint) {
    guard var entry = entries[id] else { return }
    index[entry.translated.reversed] = nil
    entry.translated.source = source
    entries[id] = entry
    index[entry.translated.reversed] = id
  }

  /// Whether replies to `tuple` would be taken for another flow's.
  func isTaken(_ tuple: FiveTuple) -> Bool { index[tuple.reversed] != nil }
}

/// A service's port as one address offers it.
struct Front: Hashable {
  var service: Int
  var port: UInt16
  /// From outside: the policy for external traffic applies.
  var isExternal: Bool
}
