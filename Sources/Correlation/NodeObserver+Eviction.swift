import Wire

extension NodeObserver {
  /// Makes room: ends the runs of the flows that were idle the longest, an eighth of all.
  ///
  /// Each pass looks at every flow, so a flow that is evicted has cost eight looks.
  mutating func evictIdle(_ body: ([Observation]) -> Void) {
    let bound = idleBound()
    dropWindow(before: bound)
    for index in flows.flows.indices where !flows[index].isFree {
      if flows.lastSeen(index) <= bound {
        emitRun(of: index)
        countEvicted(by: 1)
      } else {
        unlink(index, fromIdleSince: bound)
      }
      if observations.count >= Self.chunk { body(drain()) }
    }
    emitStatements()
    votes.forgetAll()
    marks.removeAll()
    for index in flows.flows.indices
    where !flows[index].isFree && flows.lastSeen(index) <= bound {
      flows.free(index)
    }
    flows.rebuild()
  }

  /// The moment since which an eighth of the flows has been idle, by a sample of them.
  private func idleBound() -> Timestamp {
    var sample: [Timestamp] = []
    let stride = max(1, flows.count / 4096)
    var position = 0
    for index in flows.flows.indices where !flows[index].isFree {
      if position % stride == 0 { sample.append(flows.lastSeen(index)) }
      position += 1
    }
    sample.sort()
    return sample.isEmpty ? Timestamp(nanoseconds: .min) : sample[sample.count / 8]
  }

  /// Expires the window's entries up to the last one that names a flow which goes: entries name flows by index.
  private mutating func dropWindow(before bound: Timestamp) {
    var end = window.expired
    for number in window.expired..<window.added {
      let entry = window[number]
      if flows.lastSeen(entry.leg.flow) <= bound || flows.lastSeen(entry.root.flow) <= bound {
        end = number + 1
      }
    }
    while window.expired < end { expireOldest(by: Timestamp(nanoseconds: .max)) }
  }

  /// Ends a surviving flow's run where what it is linked to goes away, while that still has a name.
  private mutating func unlink(_ index: Int, fromIdleSince bound: Timestamp) {
    func isGone(_ leg: Leg) -> Bool { !leg.isNone && flows.lastSeen(leg.flow) <= bound }
    let legs = [Leg(flow: index, isReverse: false), Leg(flow: index, isReverse: true)]
    guard legs.contains(where: { isGone(flows.origin(of: $0)) || isGone(flows.result(of: $0)) })
    else { return }
    emitRun(of: index)
    for leg in legs {
      if isGone(flows.origin(of: leg)) { flows.setOrigin(of: leg, .none) }
      if isGone(flows.result(of: leg)) { flows.setResult(of: leg, .none) }
    }
    flows.restart(index, at: flows[index].start, flows[index].startFrame)
  }
}
