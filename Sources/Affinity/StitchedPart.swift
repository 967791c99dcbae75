internal import Memory
internal import Wire

/// What a stretch of the cluster's flows was stitched to: numbers of sessions and of placements are the part's own.
struct StitchedPart: Sendable {
  /// What a session is short of; how much of it the matcher could not decide is settled when all parts are known.
  struct Shortage: Sendable {
    var session: Int32
    var node: Int16
    var missing: Int
    var between: Int
  }

  var sessions: [SessionRecord] = []
  var placements: [PlacementRecord] = []
  var shortages: [Shortage] = []
  /// Legs that reach a backend from an address that only rewrites others'.
  var untraced: [FlowID] = []
  /// Where translated flows go that the inventory knows as no front, one for each.
  var unknownFronts: [Endpoint] = []
  /// Whether sessions are in the order in which they began, and placements in that of their sessions.
  private(set) var isInOrder = true

  /// Makes room for so many sessions with a placement each.
  mutating func reserve(_ count: Int) {
    sessions.reserveHugePages(count)
    placements.reserveHugePages(count)
  }

  /// Adds a session whose placements were added last.
  mutating func append(_ session: SessionRecord) {
    if let last = sessions.last, !last.precedes(session) { isInOrder = false }
    sessions.append(session)
  }

  /// Gives a session its placement after others were added.
  mutating func append(_ placement: PlacementRecord, ofEarlier session: Int) {
    isInOrder = false
    sessions[session].placements = placements.count..<placements.count + 1
    placements.append(placement)
  }

  /// Adds what was stitched to sessions that began later.
  fileprivate mutating func append(_ later: Self) {
    let (firstSession, firstPlacement) = (sessions.count, placements.count)
    for var session in later.sessions {
      let places = session.placements
      session.placements = firstPlacement + places.lowerBound..<firstPlacement + places.upperBound
      sessions.append(session)
    }
    for var placement in later.placements {
      placement.session &+= Int32(truncatingIfNeeded: firstSession)
      placements.append(placement)
    }
  }
}

/// When a session began, and its place: so small that putting them in order hardly leaves a core's cache.
private struct SortKey: Sendable {
  var first: Timestamp
  var session: Int32
  var part: Int32

  init(_ first: Timestamp, _ part: Int, _ session: Int) {
    self.first = first
    self.part = Int32(truncatingIfNeeded: part)
    self.session = Int32(truncatingIfNeeded: session)
  }

  @inline(__always)
  func session(in parts: [StitchedPart]) -> SessionRecord {
    parts[Int(part)].sessions[Int(session)]
  }

  @inline(__always)
  func precedes(_ other: Self, in parts: [StitchedPart]) -> Bool {
    if first != other.first { return first < other.first }
    return session(in: parts).precedes(other.session(in: parts))
  }
}

/// Puts the sessions of all parts into the order in which they began.
///
/// They are stitched in the order of flows. Of a single node that is the same order, so that there is nothing to move:
/// half of what putting 850,000 of them into another one took was their copies.
func sorted(_ parts: inout [StitchedPart], by crew: any Crew)
  -> ([SessionRecord], [PlacementRecord])
{
  if areInOrder(parts) { return joined(&parts) }
  let parts = parts
  var lists = crew.map(parts.count) { part -> [SortKey] in
    var keys: [SortKey] = []
    keys.reserveHugePages(parts[part].sessions.count)
    for (index, session) in parts[part].sessions.enumerated() {
      keys.append(SortKey(session.first, part, index))
    }
    keys.sort { $0.precedes($1, in: parts) }
    return keys
  }
  while lists.count > 1 {
    let pairs = lists
    lists = crew.map((pairs.count + 1) / 2) { pair in
      pair * 2 + 1 < pairs.count
        ? merged(pairs[pair * 2], pairs[pair * 2 + 1], parts) : pairs[pair * 2]
    }
  }
  let keys = lists.first ?? []
  return crew.both {
    sessions(keys, parts)
  } _: {
    placements(keys, parts)
  }
}

private func areInOrder(_ parts: [StitchedPart]) -> Bool {
  var last: SessionRecord?
  for part in parts {
    guard part.isInOrder else { return false }
    guard let first = part.sessions.first else { continue }
    if let last, !last.precedes(first) { return false }
    last = part.sessions.last
  }
  return true
}

/// One part behind the other; the first one's memory is the whole's.
private func joined(_ parts: inout [StitchedPart]) -> ([SessionRecord], [PlacementRecord]) {
  // Taken out and not copied.
  var whole = StitchedPart()
  if !parts.isEmpty { swap(&whole, &parts[0]) }
  for part in parts.dropFirst() { whole.append(part) }
  return (whole.sessions, whole.placements)
}

private func merged(_ left: [SortKey], _ right: [SortKey], _ parts: [StitchedPart]) -> [SortKey] {
  var keys: [SortKey] = []
  keys.reserveHugePages(left.count + right.count)
  var (first, second) = (0, 0)
  while first < left.count, second < right.count {
    if right[second].precedes(left[first], in: parts) {
      keys.append(right[second])
      second += 1
    } else {
      keys.append(left[first])
      first += 1
    }
  }
  keys += left[first...]
  keys += right[second...]
  return keys
}

private func sessions(_ keys: [SortKey], _ parts: [StitchedPart]) -> [SessionRecord] {
  var sessions: [SessionRecord] = []
  sessions.reserveHugePages(keys.count)
  var placed = 0
  for key in keys {
    var session = key.session(in: parts)
    session.placements = placed..<placed + session.placements.count
    placed = session.placements.upperBound
    sessions.append(session)
  }
  return sessions
}

private func placements(_ keys: [SortKey], _ parts: [StitchedPart]) -> [PlacementRecord] {
  var placements: [PlacementRecord] = []
  placements.reserveHugePages(parts.reduce(0) { $0 + $1.placements.count })
  for (number, key) in keys.enumerated() {
    for place in key.session(in: parts).placements {
      var placement = parts[Int(key.part)].placements[place]
      placement.session = Int32(truncatingIfNeeded: number)
      placements.append(placement)
    }
  }
  return placements
}
