import Wire

extension NodeObserver {
  /// Takes note that a datagram first seen on `entry.root` is now on `leg`.
  ///
  /// `datagrams` is how many this decides about: more than one where votes decided late. `traits` are what this tells of
  /// the flow: whether by more than co-occurrence, and whether the datagram left the node.
  @inline(always)
  mutating func link(
    _ entry: MatchWindow.Entry,
    to leg: Leg,
    datagrams: UInt32,
    _ traits: Run.Traits
  ) {
    let root = entry.root
    let current = flows.result(of: root)
    if current == leg, !root.isReverse {
      flows.update(root.flow) { flow in
        flow.forward.matched &+= datagrams
        flow.traits.formUnion(traits)
      }
      if entry.leg != root { passOn(entry.leg, to: leg) }
      return
    }
    // Where answers leave says nothing of the questions' way.
    let told = root.isReverse ? traits.subtracting(.leftAsResult) : traits
    if !told.isEmpty { flows.update(root.flow) { $0.traits.formUnion(told) } }
    if current == leg {
      flows.update(root) { $0.matched &+= datagrams }
      if entry.leg != root { passOn(entry.leg, to: leg) }
      return
    }
    relink(entry, from: current, to: leg, datagrams: datagrams)
  }

  private mutating func relink(
    _ entry: MatchWindow.Entry,
    from current: Leg,
    to leg: Leg,
    datagrams: UInt32
  ) {
    let root = entry.root
    if !current.isNone, flows.result(of: leg) == current,
      flows.origin(of: leg) == root
    {
      // A half-translated leg on the way to where the datagram is known to go: the bridge of a local pod shows the
      // answer between its two translations.
      return
    }
    if entry.leg != root, current == entry.leg {
      // The same datagram went one step further: the step before was an inner one.
      flows.setResult(of: root, leg)
      flows.setOrigin(of: leg, root)
      passOn(entry.leg, to: leg)
      return
    }
    if !current.isNone, datagrams == 1, flows.origin(of: current) == root,
      entry.time < flows[current].last
    {
      emitLate(entry, to: leg, besides: current)
      return
    }
    if current.isNone {
      if flows[root].datagrams > datagrams { noteLeading(root) }
    } else {
      closeRun(entry, leg, datagrams: datagrams)
    }
    flows.setResult(of: root, leg, matched: datagrams)
    flows.setOrigin(of: leg, root)
    if entry.leg != root { passOn(entry.leg, to: leg) }
  }

  @inline(always)
  private mutating func passOn(_ inner: Leg, to leg: Leg) {
    flows.setResult(of: inner, leg, matched: 1)
  }

  /// Tells that a flow's first datagrams were not translated as the later ones are.
  private mutating func noteLeading(_ root: Leg) {
    let flow = flows[root.flow]
    guard flow.isFirstRun, !root.isReverse else { return }
    observations.append(
      .unmatched(
        Unmatched(
          leg: flow.tuple(root),
          time: flow.start,
          witness: frameCode.decode(flow.startFrame),
          payloadLength: 0,
          isLeading: true
        )
      )
    )
  }

  /// Tells of a datagram that went another way than one which came after it: the first ones of a flow race.
  ///
  /// The run that it was overtaken by goes on.
  private mutating func emitLate(
    _ entry: MatchWindow.Entry,
    to leg: Leg,
    besides current: Leg
  ) {
    let root = entry.root
    var flow = flows[root.flow]
    var late = flows[root]
    late.datagrams = 1
    late.matched = 1
    late.last = entry.time
    late.lastFrame = entry.frame
    late.result = leg
    flow.start = entry.time
    flow.startFrame = entry.frame
    emit(
      flow,
      root.isReverse ? Flow.Half() : late,
      root.isReverse ? late : Flow.Half(),
      of: root.flow
    )
    flows.setOrigin(of: leg, root)
    flows.update(root) { $0.datagrams &-= min(1, $0.datagrams) }
    if flows[root.flow].start == entry.time {
      // It came first, only its way out was the slower one: the run begins with the one that overtook it.
      let next = max(flows[current.flow].start, entry.time)
      flows.update(root.flow) { $0.start = next }
      return
    }
    // It came in between: what the run goes on with is a stretch of its own.
    let before = flows[root]
    let other = flows[root.reversed]
    if before.datagrams > 0 {
      var closed = before
      closed.last = min(flows[current].last, entry.time)
      emit(
        flows[root.flow],
        root.isReverse ? flows[root.flow].forward : closed,
        root.isReverse ? closed : flows[root.reversed],
        of: root.flow
      )
    }
    flows.restart(root.flow, at: entry.time + Interval(nanoseconds: 1), entry.frame)
    if before.datagrams == 0, other.datagrams > 0 { flows.update(root.reversed) { $0 = other } }
  }

  /// Ends a run where its client paused: whether it was elsewhere meanwhile, other nodes know.
  ///
  /// A pause is long against the rhythm of the run before it.
  mutating func notePause(
    _ leg: Leg,
    _ before: (time: Timestamp, frame: UInt32, datagrams: UInt32),
    _ time: Timestamp,
    _ frame: UInt32,
    hasLeft: Bool
  ) {
    let flow = flows[leg.flow]
    guard flow.pauses < Flow.mostPauses else { return }
    let rhythm = before.time.since(flow.start).nanoseconds / Int64(before.datagrams - 1)
    guard time.since(before.time).nanoseconds > rhythm &* 5 / 2 else { return }
    var closed = flow.forward
    closed.datagrams = before.datagrams
    closed.last = before.time
    closed.lastFrame = before.frame
    if hasLeft { closed.matched &-= min(1, closed.matched) }
    emit(flow, closed, flows[leg.reversed], of: leg.flow)
    flows.restart(leg.flow, at: time, frame)
    flows.update(leg.flow) { $0.marks &+= Flow.pause }
    flows.update(leg) {
      $0.datagrams = 1
      $0.matched = hasLeft ? 1 : 0
    }
  }

  /// Ends the run of the entry's flow before the datagrams that now go to `leg`.
  private mutating func closeRun(_ entry: MatchWindow.Entry, _ leg: Leg, datagrams: UInt32) {
    let root = entry.root
    let index = root.flow
    var closed = flows[root]
    let moved = min(datagrams, closed.datagrams)
    closed.datagrams &-= moved
    if moved == 1 {
      closed.last = entry.previous
      closed.lastFrame = entry.previousFrame
    } else {
      let old = flows[closed.result]
      closed.last = old.last
      closed.lastFrame = old.lastFrame
    }
    let other = flows[root.reversed]
    let isTold = closed.datagrams > 0 || closed.matched > 0
    if isTold {
      let forward = root.isReverse ? flows[index].forward : closed
      let reverse = root.isReverse ? closed : flows[root.reversed]
      emit(flows[index], forward, reverse, of: index)
    }

    let start = moved > 1 && flows[leg.flow].isFirstRun ? flows[leg.flow].start : entry.time
    flows.restart(index, at: start, entry.frame)
    flows.update(root) { $0.datagrams = moved }
    // Answers that nobody was told of go on with the next run.
    if !isTold, other.datagrams > 0 { flows.update(root.reversed) { $0 = other } }
  }

  mutating func emitRun(of index: Int) {
    if let run = flows.run(at: index, frameCode) { observations.append(.run(run)) }
  }

  private mutating func emit(
    _ flow: Flow,
    _ forward: Flow.Half,
    _ reverse: Flow.Half,
    of index: Int
  ) {
    observations.append(.run(flows.run(of: flow, forward, reverse, at: index, frameCode)))
  }
}
