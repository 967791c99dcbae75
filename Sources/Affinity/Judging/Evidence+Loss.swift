internal import Cluster
internal import Correlation
internal import Wire

extension Evidence {
  // MARK: Endpoints of a placement

  private func membership(_ placement: PlacementRecord) -> Membership? {
    guard let inventory, let port = ports[Int(placement.session)] else { return nil }
    return inventory.membership(of: placement.backend, in: port, time: placement.to)
  }

  func isNeverEndpoint(_ placement: PlacementRecord) -> Bool {
    guard inventory?.kinds.contains(.endpoints) == true else { return false }
    return membership(placement) == .never
  }

  /// Whether the backend was on its way out, and still an endpoint, when its answers ended.
  func isTerminating(_ placement: PlacementRecord) -> Bool {
    if case .current(let record) = membership(placement), record.isTerminating { return true }
    guard let inventory, let port = ports[Int(placement.session)] else { return false }
    let onset = placement.lastReply ?? placement.from
    var isTerminating = false
    for change in inventory.changes(ofEndpointsOf: port)
    where change.record.endpoint == placement.backend {
      switch change.kind {
      case .becameTerminating where change.after.map { $0 <= placement.to } ?? true:
        isTerminating = true
      case .left where change.before.map { $0 <= onset } ?? false:
        return false
      default: break
      }
    }
    return isTerminating
  }

  func isNotReady(_ placement: PlacementRecord) -> Bool {
    guard case .current(let record) = membership(placement) else { return false }
    return !record.isReady && !record.isTerminating
  }

  func hasReadyEndpoint(_ loss: Loss) -> Bool {
    guard let inventory, let port = ports[loss.session] else { return false }
    let node = nodeName(loss.node)
    let isLocal =
      service(of: loss.session, at: loss.at)?.externalTrafficPolicy == .local
      && isExternal(loss.session)
    return inventory.endpoints(of: port, at: loss.at).contains {
      $0.isReady && (!isLocal || $0.node == node)
    }
  }

  // MARK: Neighbours

  func placement(reaching flow: FlowID) -> Int? { index.placementOf[flow] }

  /// Whether a flow's first datagrams were not translated and later ones were.
  func lostItsStart(_ flow: FlowID) -> Bool { index.leading.contains(flow) }

  func leadingLossCount(of session: Int) -> Int {
    (members[services[session]] ?? []).lazy.filter {
      lostItsStart(sessions[$0].flow) && (1...2).contains(sessions[$0].lostAtIngress)
    }.prefix(1000).count
  }

  /// The node where the session came in before it came to the one that it is at.
  func previousIngress(of session: Int, before time: Timestamp) -> Int? {
    let stretches = ingress(of: session)
    guard stretches.count > 1 else { return nil }
    let last = stretches[stretches.count - 1]
    return stretches.dropLast().last { $0.node != last.node }?.node
  }

  /// Whether the backend itself sent answers to what the pod saw, seen anywhere.
  func backendAnswers(_ placement: PlacementRecord) -> Bool {
    stitched.ledger.runs(of: placement.terminal).contains {
      stitched.ledger.runs[Int($0)].reverse.datagrams > 0
    }
  }

  // MARK: ICMP

  /// How often a backend said that nothing listens on its port; nil for never.
  func refusals(by backend: Endpoint) -> Int? { index.refusalCounts[backend] }

  /// An ICMP unreachable that a session's client was sent for its datagrams to the front.
  func refusal(ofFront session: Int) -> Refusal? {
    index.unreachables[stitched.ledger.book[sessions[session].flow]]
  }

  /// Whether clients were told, in a time, that a session's front is unreachable by its port: the session itself, or others.
  func isFrontRefused(_ session: Int, from: Timestamp, to: Timestamp) -> Bool {
    guard let times = index.refusedFronts[sessions[session].front] else { return false }
    return times.contains {
      to.since($0.lowerBound) > .seconds(-1) && from.since($0.upperBound) < .seconds(1)
    }
  }

  /// Whether an ICMP error says that a session's datagrams could not be brought to the pod, not that nobody listens.
  func isOutOfReach(_ session: Int) -> Bool {
    refusal(ofFront: session)?.isOfHost == true
  }

  /// The frames in which someone says why a session's datagrams went no further.
  func refusalWitnesses(of loss: Loss) -> [(witness: Witness, role: String)] {
    var witnesses: [(witness: Witness, role: String)] = []
    if let place = loss.placement, let refusal = index.refusals[placements[place].backend] {
      witnesses.append((refusal.witness, "ICMP: nothing listens on the backend's port"))
    }
    if let refusal = tooBig(loss.session) {
      witnesses.append((refusal.witness, "ICMP: the packet is too big"))
    } else if let refusal = refusal(ofFront: loss.session) {
      witnesses.append((refusal.witness, "ICMP: the front is unreachable"))
    }
    return witnesses
  }

  /// An ICMP error that says a packet of the session was too big.
  func tooBig(_ session: Int) -> Refusal? {
    guard !index.tooBigs.isEmpty else { return nil }
    var legs = [stitched.ledger.book[sessions[session].flow]]
    for place in sessions[session].placements {
      legs.append(stitched.ledger.book[placements[place].terminal])
    }
    return legs.lazy.compactMap { index.tooBigs[$0] ?? index.tooBigs[$0.reversed] }.first
  }

  // MARK: Fragments

  /// Where a session's fragmented datagrams lost their later fragments.
  func fragmentGap(_ session: SessionRecord, _ placement: PlacementRecord)
    -> (node: Int, time: Timestamp, whole: Int, partial: Int, witness: Witness)?
  {
    guard placement.terminal != session.flow, !index.fragments.isEmpty else { return nil }
    let before = stitched.ledger.book[session.flow]
    let after = stitched.ledger.book[placement.terminal]
    var whole = 0
    var partialBefore = 0
    var found: (node: Int, time: Timestamp, whole: Int, partial: Int, witness: Witness)?
    for (_, tally) in index.fragments[before] ?? [] {
      whole += Int(tally.complete)
      partialBefore += Int(tally.partial)
    }
    for (node, tally) in index.fragments[after] ?? [] where tally.partial > 0 {
      let share = Double(tally.partial) / Double(tally.partial + tally.complete)
      guard share > 0.2, Int(tally.partial) > 2 * partialBefore else { continue }
      let time = stitched.clock.corrected(tally.time, at: node)
      found = (node, time, whole, Int(tally.partial), tally.witness)
    }
    return whole > 0 ? found : nil
  }
}
