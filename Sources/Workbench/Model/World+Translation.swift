internal import Wire

/// What a node's NAT does with a datagram.
enum Translation {
  /// Goes on under these addresses; the entry is confirmed when it leaves.
  case pass(FiveTuple, entry: Int?)
  case drop(String)
  /// No endpoint at all: the proxy's rules reject it.
  case refuse
}

extension World {
  func translate(_ flight: Flight, _ node: Int, from ingress: World.Ingress) -> Translation {
    let dataplane = topology.dataplane
    let front = front(of: flight.tuple.destination, node)
    let isRemembered = dataplane.selection == .random || front == nil
    if isRemembered, let (id, isReply) = nodes[node].table.find(flight.tuple, at: now),
      let entry = nodes[node].table[id]
    {
      nodes[node].table.refresh(id, isReply: isReply, at: now, dataplane)
      if entry.isPoisoned { return .drop("B2") }
      if isReply, nodes[node].losesReplies { return .drop("B11") }
      // What a port of a tunnel brings is taken for the tunnel's own.
      if isReply, Self.reservedPorts.contains(flight.tuple.destination.port) { return .drop("B12") }
      return .pass(isReply ? entry.original.reversed : entry.translated, entry: id)
    }
    guard let front else {
      if let source = directFlows[flight.tuple], flight.isReply {
        var tuple = flight.tuple
        if dataplane.directReply == .asFront { tuple.source = source }
        return .pass(tuple, entry: nil)
      }
      return .pass(flight.tuple, entry: nil)
    }
    return open(flight, front, node, from: ingress)
  }

  static let reservedPorts: Set<UInt16> = [8_472, 4_789, 6_081]

  /// The service that an address and port belong to on this node, if its proxy has rules.
  private func front(of target: Endpoint, _ node: Int) -> Front? {
    for (index, service) in topology.services.enumerated() where service.kind != .headless {
      for port in service.ports {
        if target == Endpoint(plan.clusterIP(index), port) {
          return Front(service: index, port: port, isExternal: false)
        }
        let isVirtual =
          service.kind == .loadBalancer && target == Endpoint(plan.virtual(index), port)
        let isNodePort =
          service.kind != .clusterIP && target == Endpoint(plan.node(node), nodePort(index, port))
        if isVirtual || isNodePort { return Front(service: index, port: port, isExternal: true) }
      }
    }
    return nil
  }

  /// The first packet of a flow: chooses a backend and a source.
  private func open(_ flight: Flight, _ front: Front, _ node: Int, from ingress: World.Ingress)
    -> Translation
  {
    let dataplane = topology.dataplane
    let service = topology.services[front.service]
    var entry = Conntrack.Entry(
      original: flight.tuple,
      translated: flight.tuple,
      pod: nil,
      front: front,
      firstSeen: now,
      expires: now + dataplane.unrepliedTimeout.nanoseconds
    )
    if nodes[node].isFull {
      guard nodes[node].endedEntries > 0 else { return .drop("B14") }
      nodes[node].endedEntries -= 1
    }
    if !nodes[node].hasRules {
      entry.isPoisoned = true
      nodes[node].table.confirm(nodes[node].table.insert(entry))
      return .drop("B2")
    }
    if dataplane.losesFirstPacket, nodes[node].learned.insert(flight.tuple).inserted {
      return .drop("B9")
    }
    let isLocalOnly = front.isExternal && service.policy == .local
    let all = endpoints(of: front.service)
    let eligible = isLocalOnly ? all.filter { pods[$0].node == node } : all
    guard !eligible.isEmpty else { return all.isEmpty ? .refuse : .drop("B7") }
    let pod = choose(eligible, for: flight.tuple, front, service, node)
    explain(flight, node)
    let key = World.StatelessKey(tuple: flight.tuple, pod: pod)
    if dataplane.selection != .random, let id = nodes[node].stateless[key],
      let known = nodes[node].table[id]
    {
      nodes[node].table.refresh(id, isReply: false, at: now, dataplane)
      return .pass(known.translated, entry: id)
    }
    entry.pod = pod
    entry.translated.destination = Endpoint(pods[pod].address, service.targetPort ?? front.port)
    if isMasqueraded(flight, to: pod, front, service, node, from: ingress) {
      entry.translated.source = seenSource(for: entry, pod, node)
    } else if dataplane.directReply != nil, pods[pod].node != node {
      directFlows[entry.translated.reversed] = flight.tuple.destination
    }
    let id = nodes[node].table.insert(entry)
    // One core finishes with a packet before it takes the next; two can race until the first has left.
    if !dataplane.isParallel { nodes[node].table.confirm(id) }
    if dataplane.selection != .random { nodes[node].stateless[key] = id }
    return .pass(entry.translated, entry: id)
  }

  /// Why this datagram's flow had to be opened again, for the truth about its move.
  private func explain(_ flight: Flight, _ node: Int) {
    guard let serial = flight.serial, causes[serial] == nil else { return }
    causes[serial] = nodes[node].table.lastRemoval[flight.tuple]
  }

  /// The pods that the proxies' rules name: the ready ones, else those that still terminate.
  func endpoints(of service: Int) -> [Int] {
    let app = topology.services[service].app
    let ours = pods.indices.filter { pods[$0].spec.app == app && !pods[$0].isGone }
    let ready = ours.filter { pods[$0].spec.isReady && !pods[$0].isTerminating }
    return ready.isEmpty ? ours.filter { pods[$0].isTerminating } : ready
  }

  private func isMasqueraded(
    _ flight: Flight,
    to pod: Int,
    _ front: Front,
    _ service: ServiceSpec,
    _ node: Int,
    from ingress: World.Ingress
  ) -> Bool {
    // A server of this very machine: the packet never passes POSTROUTING.
    if pods[pod].spec.isHostNetwork, pods[pod].node == node { return false }
    if front.isExternal {
      if service.policy == .local { return topology.dataplane.masqueradesLocal }
      return topology.dataplane.directReply == nil
    }
    let source = flight.tuple.source.address
    return source == pods[pod].address || plan.podNode(of: source) == nil
  }

  /// The masqueraded source: the address of the interface that it leaves by, and a port.
  private func seenSource(for entry: Conntrack.Entry, _ pod: Int, _ node: Int) -> Endpoint {
    let address: IPAddress
    if pods[pod].node == node {
      address = topology.podLink == .bridge ? plan.bridge(node) : plan.node(node)
    } else if topology.fabric == .vxlan, !pods[pod].spec.isHostNetwork {
      address = plan.tunnel(node)
    } else {
      address = plan.node(node)
    }
    func isFree(_ port: UInt16) -> Bool {
      let tuple = FiveTuple(from: Endpoint(address, port), to: entry.translated.destination)
      return !nodes[node].table.isTaken(tuple)
    }
    if let port = nodes[node].nextSourcePort {
      nodes[node].nextSourcePort = nil
      return Endpoint(address, port)
    }
    let own = entry.original.source.port
    if topology.dataplane.sourcePort == .merged { return Endpoint(address, own) }
    if topology.dataplane.sourcePort == .preserved, isFree(own) { return Endpoint(address, own) }
    while true {
      let port = UInt16(generator.within(1_024...65_535))
      if isFree(port), !Self.reservedPorts.contains(port) { return Endpoint(address, port) }
    }
  }
}
