internal import Wire

/// Nodes: a packet comes in, is translated and routed, and leaves; taps see it at both ends.
extension World {
  func arrive(_ flight: Flight, _ node: Int, tunnelledFrom sender: Int?) {
    var flight = flight
    if let sender {
      seeTunnelled(flight, at: node, .incoming, from: sender, to: node)
      guard !nodes[node].hasWrongEncapsulation else { return lose(flight, node, "B16") }
      see(flight, at: node, tunnelInterface, .incoming, from: tunnelStation(sender))
      if topology.medium == .physical { flight.isPartial = false }
    } else {
      see(flight, at: node, networkInterface, .incoming, from: station(before: flight, node))
    }
    process(flight, node, from: .network)
  }

  /// A pod's packet at its node: the veth first, and the bridge where it is not switched straight to another pod.
  func enterFromPod(_ flight: Flight, _ index: Int) {
    let node = pods[index].node
    let hasBridgeStation = topology.podLink == .bridge && holdsBridgeStation(index)
    let direction: Link.Direction =
      topology.podLink == .veth || hasBridgeStation ? .incoming : .otherHost
    see(flight, at: node, interface(ofPod: index), direction, from: podStation(index))
    process(flight, node, from: .pod(index))
  }

  func process(_ flight: Flight, _ node: Int, from ingress: Ingress) {
    switch flight.content {
    case .error(let reason, let failed):
      processError(flight, reason, about: failed, node, from: ingress)
    case .datagram:
      processDatagram(flight, node, from: ingress)
    }
  }

  private func processDatagram(_ flight: Flight, _ node: Int, from ingress: Ingress) {
    let tuple = flight.tuple
    note(flight, ingressAt: node, from: ingress)
    switch translate(flight, node, from: ingress) {
    case .drop(let mode):
      seeOnBridge(flight, node, from: ingress)
      lose(flight, node, mode)
    case .refuse:
      seeOnBridge(flight, node, from: ingress)
      lose(flight, node, "B8")
      guard nodes[node].errors[tuple.source.address, default: TokenBucket()].take(at: now) else {
        return
      }
      // The rules reject where packets are forwarded: the TTL is one less there.
      var rejected = flight
      rejected.hopLimit -= 1
      route(
        refusal(
          .portUnreachable,
          of: rejected,
          from: plan.node(node)
        ),
        node,
        from: .local,
        entry: nil,
        core: core(of: tuple)
      )
    case .pass(let translated, let entry):
      var half = flight
      half.tuple.destination = translated.destination
      var out = flight
      out.tuple = translated
      if isSwitched(to: translated.destination.address, node, from: ingress) {
        // From one port of the bridge to another: the bridge's own interface and its TTL stay out of it.
        guard let pod = owners[translated.destination.address] else { return }
        out.isSwitched = true
        depart(out, node, .pod(pod), entry, core(of: tuple))
        return
      }
      seeOnBridge(half, node, from: ingress)
      route(out, node, from: ingress, entry: entry, core: core(of: tuple), arrivedAs: flight)
    }
  }

  /// Sends a packet where its destination lies, or says why not.
  func route(
    _ flight: Flight,
    _ node: Int,
    from ingress: Ingress,
    entry: Int?,
    core: Int,
    arrivedAs arrived: Flight? = nil
  ) {
    var flight = flight
    let target = flight.tuple.destination.address
    let isForwarded = if case .local = ingress { false } else { true }
    if isLocal(target, node) {
      if let entry { nodes[node].table.confirm(entry) }
      deliverLocally(flight, node)
      return
    }
    if isForwarded { flight.hopLimit -= 1 }
    let egress: Egress
    if let owner = owners[target], pods[owner].node == node {
      egress = .pod(owner)
    } else if plan.podNode(of: target) == node {
      expect(flight, node)
      return
    } else if let other = plan.podNode(of: target), nodes.indices.contains(other) {
      egress = .node(other)
    } else if let other = nodes.indices.first(where: { plan.node($0) == target }) {
      egress = .neighbour(other)
    } else {
      egress = .outside
    }
    let mtu = if case .node = egress, topology.fabric == .vxlan { 1_450 } else { 1_500 }
    if !flight.isError, flight.pieceSize ?? flight.length > mtu {
      guard plan.isV6 || flight.dontFragment else {
        flight.cut(to: mtu, using: &generator)
        depart(flight, node, egress, entry, core)
        return
      }
      tooBig(arrived ?? flight, node, mtu: mtu, entry: entry)
      return
    }
    if flight.pieceSize != nil {
      flight.cut(to: mtu, using: &generator)
      if nodes[node].losesLaterFragments, !flight.isReply {
        flight.hasLostTail = true
        lose(flight, node, "B13")
      }
    }
    depart(flight, node, egress, entry, core)
  }

  private func depart(_ flight: Flight, _ node: Int, _ egress: Egress, _ entry: Int?, _ core: Int) {
    // Mostly a few microseconds, at times a hundred: the recordings' own spread.
    let transit =
      generator.chance(0.06) ? generator.within(40_000...118_000) : generator.within(2_000...22_000)
    let leaves = max(nodes[node].cores[core], now) + Int64(transit)
    nodes[node].cores[core] = leaves
    queue.push(.leave(flight, node: node, egress: egress, entry: entry), at: leaves)
  }

  /// The core that a packet's receive queue belongs to: one for a flow, unless the flow is spread on purpose.
  private func core(of tuple: FiveTuple) -> Int {
    topology.dataplane.isParallel
      ? generator.below(2) : Int(hash(tuple.source.address, tuple.source.port) % 2)
  }

  func leave(_ flight: Flight, _ node: Int, _ egress: Egress, _ entry: Int?) {
    if let entry { nodes[node].table.confirm(entry) }
    var flight = flight
    switch egress {
    case .pod(let pod):
      seeTowardsPod(flight, node, pod)
      later(.deliver(flight, pod: pod), after: generator.within(4_000...12_000))
    case .node(let other) where topology.fabric == .vxlan:
      see(flight, at: node, tunnelInterface, .outgoing, from: tunnelStation(node))
      let sent = now
      now += 4_000
      seeTunnelled(flight, at: node, .outgoing, from: node, to: other)
      now = sent
      later(
        .arrive(flight, node: other, tunnelledFrom: node),
        after: generator.within(6_000...9_000)
      )
    case .node(let other), .neighbour(let other):
      see(flight, at: node, networkInterface, .outgoing, from: nodeStation(node))
      if topology.medium == .physical { flight.isPartial = false }
      later(
        .arrive(flight, node: other, tunnelledFrom: nil),
        after: generator.within(2_000...5_000)
      )
    case .outside:
      see(flight, at: node, networkInterface, .outgoing, from: nodeStation(node))
      if topology.medium == .physical { flight.isPartial = false }
      later(.reachClient(flight), after: generator.within(15_000...45_000))
    }
  }

  private func isLocal(_ address: IPAddress, _ node: Int) -> Bool {
    address == plan.node(node) || topology.podLink == .bridge && address == plan.bridge(node)
      || topology.fabric == .vxlan && address == plan.tunnel(node)
  }

  private func isSwitched(to target: IPAddress, _ node: Int, from ingress: Ingress) -> Bool {
    guard topology.podLink == .bridge, case .pod = ingress, let owner = owners[target] else {
      return false
    }
    return pods[owner].node == node
  }

  /// To a socket of the machine: a server with the host's network, a client of the node, or nobody.
  private func deliverLocally(_ flight: Flight, _ node: Int) {
    guard !flight.isError else { return }
    if clientsOnNode[flight.tuple.destination] == node {
      reachClient(flight)
      return
    }
    let server = pods.indices.last {
      pods[$0].spec.isHostNetwork && pods[$0].node == node && !pods[$0].isGone
        && flight.tuple.destination.port == topology.services.first?.ports.first
    }
    if let server {
      if let serial = flight.serial, truth.datagrams[serial].ingress == nodes[node].name {
        truth.datagrams[serial].isVisible = false
      }
      later(.deliver(flight, pod: server), after: generator.within(4_000...12_000))
      return
    }
    // A reply whose entry has gone, or a datagram for a port that nobody serves.
    lose(flight, node, flight.isReply ? "" : "B2")
    guard nodes[node].errors[flight.tuple.source.address, default: TokenBucket()].take(at: now)
    else { return }
    let error = refusal(
      .portUnreachable,
      of: flight,
      from: flight.tuple.destination.address
    )
    route(error, node, from: .local, entry: nil, core: 0)
  }

  /// A datagram for a pod that is gone: the bridge asks for its station until it gives up, a routed veth is just not there.
  private func expect(_ flight: Flight, _ node: Int) {
    lose(flight, node, "B1")
    guard topology.podLink == .bridge, !flight.isError else { return }
    if nodes[node].unresolved.isEmpty {
      queue.push(.unreachable(node: node), at: now + 3_079_000_000)
    }
    nodes[node].unresolved.append(flight)
  }

  func giveUp(_ node: Int) {
    let waiting = nodes[node].unresolved
    nodes[node].unresolved = []
    for (place, flight) in waiting.enumerated() {
      let source = flight.tuple.source.address
      guard nodes[node].errors[source, default: TokenBucket()].take(at: now) else { continue }
      let error = refusal(
        .hostUnreachable,
        of: flight,
        from: plan.node(node)
      )
      let sent = now
      now += Int64(place) * 3_000
      route(error, node, from: .local, entry: nil, core: 0)
      now = sent
    }
  }

  /// "Fragmentation needed": the kernel tells the sender, in the words of the addresses that the sender knows.
  private func tooBig(_ arrived: Flight, _ node: Int, mtu: Int, entry: Int?) {
    lose(arrived, node, "B17")
    let speaker = entry == nil ? plan.node(node) : arrived.tuple.destination.address
    let error = refusal(
      .tooBig(mtu: UInt16(mtu)),
      of: arrived,
      from: speaker
    )
    route(error, node, from: .local, entry: nil, core: 0)
  }

  private func processError(
    _ error: Flight,
    _ reason: ICMPError.Reason,
    about failed: Flight,
    _ node: Int,
    from ingress: Ingress
  ) {
    var out = error
    var half = error
    if let (id, isReply) = nodes[node].table.find(failed.tuple.reversed, at: now), isReply,
      let entry = nodes[node].table[id], entry.isTranslated
    {
      var about = failed
      about.tuple.source = entry.original.source
      half.tuple.destination.address = entry.original.source.address
      half.content = .error(reason, about: about)
      about.tuple = entry.original
      out.tuple.source.address = entry.original.destination.address
      out.tuple.destination.address = entry.original.source.address
      out.content = .error(reason, about: about)
    }
    seeOnBridge(half, node, from: ingress)
    route(out, node, from: ingress, entry: nil, core: 0)
  }

  /// Remembers where a client's datagram entered, and that it is elsewhere than the last one.
  private func note(_ flight: Flight, ingressAt node: Int, from ingress: Ingress) {
    guard let serial = flight.serial, !flight.isReply, truth.datagrams[serial].ingress == nil else {
      return
    }
    truth.datagrams[serial].ingress = nodes[node].name
    if let last = lastIngress[flight.tuple], last != node { causes[serial] = balancerMode }
    lastIngress[flight.tuple] = node
  }

  func lose(_ flight: Flight, _ node: Int, _ mode: String) {
    guard let serial = flight.serial, !flight.isReply, truth.datagrams[serial].pod == nil,
      truth.datagrams[serial].lost == nil
    else { return }
    truth.datagrams[serial].lost = .init(node: nodes[node].name, mode: mode)
  }
}
