internal import Wire

/// What happens to the cluster while it is watched.
extension World {
  func strike(_ incident: Incident) {
    let mode = incident.mode
    func tell(_ text: String) { events.append((Timestamp(nanoseconds: now), text)) }
    switch incident.fault {
    case .flush(let name):
      tell("conntrack flush on \(name)")
      nodes[node(name)].table.removeAll(because: mode) { _ in true }
    case .flushForOther(let name):
      tell("endpoints of another service change, conntrack flush on \(name)")
      otherServiceVersion += 1
      nodes[node(name)].table.removeAll(because: mode) { _ in true }
      changed()
    case .removePod(let name):
      tell("delete pod \(name)")
      remove(pod(name), mode)
      changed()
    case .addPod(let spec):
      tell("new pod \(spec.name)")
      add(spec)
      // A stateless hash over more backends moves flows of backends that stay.
      changed()
    case .reuseAddress(let name, let spec):
      tell("delete pod \(name), its address goes to \(spec.name)")
      let old = pod(name)
      remove(old, mode)
      vanish(old)
      add(spec, reusing: pods[old].address)
      changed()
    case .ready(let name, let isReady):
      tell("pod \(name) is \(isReady ? "ready" : "not ready")")
      let index = pod(name)
      pods[index].spec.isReady = isReady
      pods[index].readinessChangedAt = now
      if !isReady { clean(index, mode) }
      changed()
    case .terminate(let name, let grace):
      tell("pod \(name) terminates")
      let index = pod(name)
      pods[index].isTerminating = true
      pods[index].terminatingSince = now
      queue.push(.vanish(pod: index), at: now + grace.nanoseconds)
      changed()
    case .stopServer(let name):
      tell("server \(name) stops, endpoint stays")
      pods[pod(name)].spec.server = .stopped
    case .hangServer(let name):
      tell("server \(name) hangs")
      pods[pod(name)].spec.server = .silent
      pods[pod(name)].isHung = true
    case .balance(let next):
      tell("load balancer moves clients")
      balancer = next
      balancerMode = mode
    case .announce(let name):
      tell("\(name) announces the load balancer's address")
      announce(node(name))
      balancer = .one(name)
      balancerMode = mode
    case .rules(let name, let isSet):
      nodes[node(name)].hasRules = isSet
    case .tableFull(let name, let isFull):
      tell("conntrack table of \(name) is \(isFull ? "full" : "free")")
      nodes[node(name)].isFull = isFull
      nodes[node(name)].endedEntries = 0
    case .entriesEnd(let name, let count):
      nodes[node(name)].endedEntries += count
    case .losesLaterFragments(let name, let isLosing):
      nodes[node(name)].losesLaterFragments = isLosing
    case .wrongEncapsulation(let name, let isWrong):
      nodes[node(name)].hasWrongEncapsulation = isWrong
    case .losesReplies(let name, let isLosing):
      nodes[node(name)].losesReplies = isLosing
    case .renumber(let name, let client):
      renumber(client, node(name), mode)
    case .nextSourcePort(let name, let port):
      nodes[node(name)].nextSourcePort = port
    }
  }

  private func changed() {
    resourceVersion += 1
    snapshot()
  }

  /// Takes a pod out of the endpoints; its process lives a moment longer.
  private func remove(_ index: Int, _ mode: String) {
    pods[index].isTerminating = true
    clean(index, mode)
    pods[index].isGone = true
    if !pods[index].spec.isHostNetwork, owners[pods[index].address] == index {
      owners[pods[index].address] = nil
    }
  }

  private func clean(_ index: Int, _ mode: String) {
    guard topology.dataplane.cleansEntries else { return }
    for node in nodes.indices {
      nodes[node].table.removeAll(because: mode) { $0.pod == index }
    }
  }

  func vanish(_ index: Int) {
    if pods[index].isTerminating, !pods[index].isGone {
      pods[index].isGone = true
      if owners[pods[index].address] == index { owners[pods[index].address] = nil }
      for node in nodes.indices {
        nodes[node].table.removeAll(because: "A17") { $0.pod == index }
      }
      changed()
    }
  }

  /// Gratuitous ARP, or an unsolicited advertisement, three times.
  private func announce(_ leader: Int) {
    let station = nodeStation(leader)
    for (index, service) in topology.services.enumerated() where service.kind == .loadBalancer {
      let body = NeighbourAnnouncement(plan.virtual(index), at: station).body
      for turn in 0..<3 {
        for node in nodes.indices {
          let direction: Link.Direction =
            node == leader ? .outgoing : plan.isV6 ? .multicast : .broadcast
          let link = Link.linuxCookedV2(direction, interface: networkInterface, from: station)
          let delay = Int64(turn) * 1_100_000 + (node == leader ? 0 : 9_000)
          records[node].append(
            Record(
              at: Timestamp(nanoseconds: now + delay),
              link.frame(body.bytes, etherType: body.type)
            )
          )
        }
      }
    }
  }

  /// Gives one client's entry another source port; the truth about the move is told with its next datagram.
  private func renumber(_ client: Endpoint, _ node: Int, _ mode: String) {
    let ids = nodes[node].table.entries.filter { $0.value.original.source == client }.keys.sorted()
    for id in ids {
      guard let entry = nodes[node].table[id] else { continue }
      var source = entry.translated.source
      source.port = UInt16(generator.within(1_024...65_535))
      nodes[node].table.renumber(id, to: source)
      renumbered[client] = mode
    }
  }

  /// Draws the moves from what the datagrams went through.
  func conclude() {
    var last: [FiveTuple: Truth.Placement] = [:]
    for (serial, datagram) in truth.datagrams.enumerated() {
      guard let placement = datagram.placement else { continue }
      let session = FiveTuple(from: datagram.client, to: datagram.front)
      // Another pod at the same address is no move: the packets go where they went.
      if let old = last[session],
        old.backend != placement.backend || old.seenSource != placement.seenSource
      {
        truth.moves.append(
          Truth.Move(
            client: datagram.client,
            front: datagram.front,
            at: datagram.sent,
            was: old,
            now: placement,
            mode: cause(of: serial, from: old, to: placement)
          )
        )
      }
      last[session] = placement
    }
  }

  private func cause(of serial: Int, from old: Truth.Placement, to new: Truth.Placement) -> String {
    if let mode = causes[serial], !mode.isEmpty { return mode }
    switch topology.dataplane.selection {
    case .spray: return "A14"
    case .modulo, .consistent:
      let wasRemoved = pods.last { $0.spec.name == old.pod }?.isGone == true
      return wasRemoved ? "A17" : "A15"
    case .random:
      if topology.dataplane.isParallel { return "A13" }
      return old.pod == new.pod ? renumbered[new.client] ?? "" : ""
    }
  }
}
