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
}

/// A session's client and place: so small that putting them in order hardly leaves a core's cache.
private struct SortKey: Sendable {
  var high: UInt64
  var low: UInt64
  var port: UInt16
  var part: UInt16
  var session: Int32

  init(_ client: Endpoint, _ part: Int, _ session: Int) {
    high = client.address.high
    low = client.address.low
    port = client.port
    self.part = UInt16(truncatingIfNeeded: part)
    self.session = Int32(truncatingIfNeeded: session)
  }

  @inline(__always)
  func session(in parts: [StitchedPart]) -> SessionRecord {
    parts[Int(part)].sessions[Int(session)]
  }

  @inline(__always)
  func precedes(_ other: Self, in parts: [StitchedPart]) -> Bool {
    if high != other.high { return high < other.high }
    if low != other.low { return low < other.low }
    if port != other.port { return port < other.port }
    return session(in: parts).front < other.session(in: parts).front
  }
}

/// Puts the sessions of all parts into the report's order: by client, then front.
///
/// They are stitched in the order of flows, which is nearly that of runs in memory: going by clients from the start would
/// save this copy and take twice its time in cache misses.
func sorted(_ parts: [StitchedPart], by crew: any Crew) -> ([SessionRecord], [PlacementRecord]) {
  var lists = crew.map(parts.count) { part -> [SortKey] in
    var keys: [SortKey] = []
    keys.reserveHugePages(parts[part].sessions.count)
    for (index, session) in parts[part].sessions.enumerated() {
      keys.append(SortKey(session.client, part, index))
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
