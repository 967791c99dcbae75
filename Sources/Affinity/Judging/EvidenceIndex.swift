internal import Correlation
internal import Wire

/// What modes look up again and again, gathered once: judging stays linear in what is judged.
struct EvidenceIndex: Sendable {
  /// How many moves each burst has, and which bursts hold flows that kept their backend.
  private(set) var burstSizes: [Int: Int] = [:]
  private(set) var burstsWithKeptBackends: Set<Int> = []
  /// The backends that the flows of each burst had before.
  private(set) var burstBackends: [Int: Set<Endpoint>] = [:]
  /// ICMP errors by what they say of whom.
  private(set) var refusalCounts: [Endpoint: Int] = [:]
  private(set) var refusals: [Endpoint: Refusal] = [:]
  private(set) var refusedSince: [Endpoint: Timestamp] = [:]
  private(set) var unreachables: [FiveTuple: Refusal] = [:]
  /// When clients were told that nothing listens at a front's port, in order.
  private(set) var refusedFronts: [Endpoint: [ClosedRange<Timestamp>]] = [:]
  private(set) var tooBigs: [FiveTuple: Refusal] = [:]
  /// Flows whose first datagrams were not translated and later ones were.
  private(set) var leading: Set<FlowID> = []
  /// The fragment tallies of each leg.
  private(set) var fragments: [FiveTuple: [(node: Int, tally: FragmentTally)]] = [:]
  /// The placement that each flow reached a backend by; filled only where tunnels had wrong checksums.
  private(set) var placementOf: [FlowID: Int] = [:]
  /// The sessions that lost something.
  private(set) var losers: Set<Int> = []

  init() {}

  mutating func add(_ stitched: Stitcher) {
    for (node, refusal) in stitched.ledger.refusals {
      add(refusal, at: stitched.clock.corrected(refusal.time, at: node))
    }
    noteRefusedFronts(stitched)
    for (_, datagram) in stitched.ledger.unmatched where datagram.isLeading {
      if let (flow, _) = stitched.ledger.book.find(datagram.leg) { leading.insert(flow) }
    }
    for (node, tally) in stitched.ledger.fragments {
      fragments[tally.leg, default: []].append((node, tally))
    }
    guard !stitched.ledger.wrongChecksums.isEmpty else { return }
    for (place, placement) in stitched.placements.enumerated()
    where placementOf[placement.terminal] == nil {
      placementOf[placement.terminal] = place
    }
  }

  private mutating func add(_ refusal: Refusal, at time: Timestamp) {
    let isV4 = refusal.source.isV4
    if refusal.isOfPort, refusal.source == refusal.leg.destination.address {
      refusalCounts[refusal.leg.destination, default: 0] += 1
      refusedSince[refusal.leg.destination] =
        min(refusedSince[refusal.leg.destination] ?? time, time)
      if refusals[refusal.leg.destination] == nil { refusals[refusal.leg.destination] = refusal }
    }
    if isV4 ? refusal.type == 3 : refusal.type == 1 {
      // That nobody listens says more than that the way is not known.
      let known = unreachables[refusal.leg]
      if known == nil || (refusal.isOfPort && known?.isOfPort == false) {
        unreachables[refusal.leg] = refusal
      }
    }
    if isV4 ? refusal.type == 3 && refusal.code == 4 : refusal.type == 2 {
      tooBigs[refusal.leg] = tooBigs[refusal.leg] ?? refusal
    }
  }

  /// A pod's own refusal comes back translated, as if from the front: where pods refuse, only what a node says counts.
  private mutating func noteRefusedFronts(_ stitched: Stitcher) {
    guard !unreachables.isEmpty else { return }
    let doPodsRefuse = stitched.placements.contains { refusalCounts[$0.backend] != nil }
    var times: [Endpoint: [Timestamp]] = [:]
    for (node, refusal) in stitched.ledger.refusals where refusal.isOfPort {
      let front = refusal.leg.destination
      if doPodsRefuse, refusal.source == front.address { continue }
      times[front, default: []].append(stitched.clock.corrected(refusal.time, at: node))
    }
    for (front, times) in times {
      var ranges: [ClosedRange<Timestamp>] = []
      for time in times.sorted() {
        if let last = ranges.last, time.since(last.upperBound) < .seconds(3) {
          ranges[ranges.count - 1] = last.lowerBound...time
        } else {
          ranges.append(time...time)
        }
      }
      refusedFronts[front] = ranges
    }
  }

  mutating func add(_ moves: [Move], of placements: [PlacementRecord]) {
    for move in moves {
      guard let burst = move.burst else { continue }
      burstSizes[burst, default: 0] += 1
      burstBackends[burst, default: []].insert(placements[move.was].backend)
      if !move.changedBackend { burstsWithKeptBackends.insert(burst) }
    }
  }

  mutating func add(_ losses: [Loss]) {
    for loss in losses { losers.insert(loss.session) }
  }
}

extension Refusal {
  /// Whether it says that there is no way to the host.
  var isOfHost: Bool {
    source.isV4 ? type == 3 && code <= 1 : type == 1 && (code == 0 || code == 3)
  }

  /// Whether it says that the port is unreachable, and not the way to it.
  var isOfPort: Bool { source.isV4 ? type == 3 && code == 3 : type == 1 && code == 4 }
}

/// The flow starts of a node, and the lives of a front's placements there: what a lost session is held against.
struct Neighbourhood: Sendable {
  /// When a session began, of which front it is, and whether it was placed.
  struct Start: Sendable {
    var at: Timestamp
    var front: Int32
    var isPlaced: Bool
  }

  /// In order of time.
  private var starts: [Start] = []
  /// When placements began, and when they ended, each sorted.
  private var begins: [Timestamp] = []
  private var ends: [Timestamp] = []
  /// In order of time.
  private var rows: [FailedRow] = []

  mutating func add(_ start: Start) { starts.append(start) }

  mutating func add(from: Timestamp, to: Timestamp) {
    begins.append(from)
    ends.append(to)
  }

  mutating func sort() {
    starts.sort { $0.at < $1.at }
    begins.sort()
    ends.sort()
    findRows()
  }

  /// How many placements went on after a time, and how many began after it.
  func placed(after time: Timestamp) -> (alive: Int, later: Int) {
    (ends.count(after: time), begins.count(after: time))
  }

  /// The row of failed starts that one of them belongs to.
  func row(around start: Timestamp) -> FailedRow? {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].last < start { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && rows[low].began <= start ? rows[low] : nil
  }

  private mutating func findRows() {
    var working: [Int32] = []
    for start in starts {
      if start.isPlaced {
        if working.count <= FailedRow.mostWorking { working.append(start.front) }
        continue
      }
      if rows.last?.goesOn(to: start, past: working) != true {
        let alive = ends.count(after: start.at)
        let young = begins.count(after: start.at - Interval(nanoseconds: 1))
        rows.append(FailedRow(began: start.at, established: max(0, alive - young)))
      }
      rows[rows.count - 1].add(start, past: working.count)
      working.removeAll(keepingCapacity: true)
    }
  }
}

/// Starts of flows that failed at a node one after the other, and those few among them that worked: where there is no
/// room, now and then some becomes free.
struct FailedRow: Sendable {
  let began: Timestamp
  /// How many placements had begun before and went on.
  let established: Int
  private(set) var last: Timestamp
  private(set) var failed = 0
  private(set) var worked = 0
  private var lastFront: Int32 = -1

  /// More that work one after the other end a row, and so does a longer time.
  static let mostWorking = 2
  private static let longestPause = Interval.seconds(5)

  init(began: Timestamp, established: Int) {
    self.began = began
    last = began
    self.established = established
  }

  /// Whether a start that failed belongs to it, with those between that worked.
  ///
  /// A front whose flows begin well although others' do not is no exception but tells another story.
  func goesOn(to start: Neighbourhood.Start, past working: [Int32]) -> Bool {
    guard !working.isEmpty else { return true }
    return working.count <= Self.mostWorking && start.at <= last + Self.longestPause
      && failed + 1 >= 2 * (worked + working.count)
      && working.allSatisfy { $0 == lastFront || $0 == start.front }
  }

  mutating func add(_ start: Neighbourhood.Start, past working: Int) {
    (last, lastFront) = (start.at, start.front)
    failed += 1
    worked += working
  }
}

extension [Timestamp] {
  /// How many of these, which are sorted, are later than `time`.
  fileprivate func count(after time: Timestamp) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return count - low
  }
}
