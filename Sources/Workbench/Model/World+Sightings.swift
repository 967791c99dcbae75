internal import Wire

/// What `tcpdump -i any` on a node takes down.
extension World {
  var networkInterface: UInt32 { 2 }
  var tunnelInterface: UInt32 { 3 }
  private var bridgeInterface: UInt32 { topology.fabric == .vxlan ? 4 : 3 }

  /// veths come after the other interfaces, in the order in which a node's pods began.
  func interface(ofPod index: Int) -> UInt32 {
    let first = bridgeInterface + (topology.podLink == .bridge ? 1 : 0)
    let before = pods[..<index].count { $0.node == pods[index].node && !$0.spec.isHostNetwork }
    return first + UInt32(before)
  }

  /// A bridge takes the lowest of its ports' stations: packets for it come `In` on that port and `P` on the others.
  func holdsBridgeStation(_ index: Int) -> Bool {
    let ports = pods.indices.filter {
      pods[$0].node == pods[index].node && !pods[$0].spec.isHostNetwork
    }
    let holder = ports.min {
      hash(pods[$0].address, 1) < hash(pods[$1].address, 1)
    }
    return holder == index
  }

  func nodeStation(_ node: Int) -> MACAddress { MACAddress(0x02aa_0000_0100 + UInt64(node)) }
  func tunnelStation(_ node: Int) -> MACAddress { MACAddress(0x0200_0000_0001 + UInt64(node)) }
  func podStation(_ index: Int) -> MACAddress { MACAddress(0x02bb_0000_0000 + UInt64(index)) }
  private func bridgeStation(_ node: Int) -> MACAddress {
    MACAddress(0x02cc_0000_0000 + UInt64(node))
  }
  private var routerStation: MACAddress { MACAddress(0x02aa_0000_01fe) }

  /// Who put a packet on the network before this node took it.
  func station(before flight: Flight, _ node: Int) -> MACAddress {
    let source = flight.tuple.source.address
    if let other = plan.podNode(of: source) { return nodeStation(other) }
    if let other = nodes.indices.first(where: { plan.node($0) == source }) {
      return nodeStation(other)
    }
    return routerStation
  }

  func see(
    _ flight: Flight,
    at node: Int,
    _ interface: UInt32,
    _ direction: Link.Direction,
    from station: MACAddress
  ) {
    for (index, packet) in flight.packets.enumerated() {
      take(packet, at: node, interface, direction, station, delay: index * 1_100)
    }
  }

  /// The bridge's own sighting of a packet from one of its pods, at the very time of the veth's.
  func seeOnBridge(_ flight: Flight, _ node: Int, from ingress: Ingress) {
    guard topology.podLink == .bridge, case .pod(let pod) = ingress else { return }
    see(flight, at: node, bridgeInterface, .incoming, from: podStation(pod))
  }

  /// Out of the bridge and out of the veth, fragment by fragment.
  func seeTowardsPod(_ flight: Flight, _ node: Int, _ pod: Int) {
    let veth = interface(ofPod: pod)
    let isBridged = topology.podLink == .bridge
    let station = isBridged ? bridgeStation(node) : nodeStation(node)
    // A packet that never left the bridge was switched: only forwarded ones cross the bridge's interface.
    let isSwitched = isBridged && flight.isSwitched
    for (index, packet) in flight.packets.enumerated() {
      if isBridged, !isSwitched {
        take(packet, at: node, bridgeInterface, .outgoing, station, delay: index * 1_100)
      }
      take(packet, at: node, veth, .outgoing, station, delay: index * 1_100 + 700)
    }
  }

  /// The outer packets of a datagram in the tunnel.
  func seeTunnelled(
    _ flight: Flight,
    at node: Int,
    _ direction: Link.Direction,
    from sender: Int,
    to receiver: Int
  ) {
    let tunnel = Tunnel.vxlan(
      network: 1,
      from: tunnelStation(sender),
      to: tunnelStation(receiver)
    )
    let source = plan.node(sender)
    let target = plan.node(receiver)
    // The kernel derives the outer port from the inner flow: one flow, one port.
    let seed = hash(
      flight.tuple.source.address,
      flight.tuple.source.port,
      salt: flight.tuple.destination.address.low
    )
    let port = UInt16(32_768 + seed % 28_232)
    let isCompleted = topology.medium == .physical && direction == .incoming
    let isInnerPartial = flight.isPartial && flight.pieceSize == nil && !flight.isError
    for (index, inner) in flight.packets.enumerated() {
      var outer = tunnel.wrap(inner, from: source, to: target, sourcePort: port, checksum: .partial)
      if isInnerPartial, !isCompleted {
        let lco = outer.localChecksumOffload(inner)
        outer = tunnel.wrap(
          inner,
          from: source,
          to: target,
          sourcePort: port,
          checksum: .literal(lco)
        )
      } else if isCompleted {
        var whole = inner
        if isInnerPartial { whole = flight.completed.packets[index] }
        let checksum: UDPSegment.Checksum =
          nodes[node].hasWrongEncapsulation ? .wrong : .correct
        outer = tunnel.wrap(whole, from: source, to: target, sourcePort: port, checksum: checksum)
      }
      if plan.isV6 {
        outer.flowLabel = UInt32(seed >> 32 & 0xfffff)
      } else if direction == .outgoing {
        let ends = FiveTuple(from: Endpoint(source, 0), to: Endpoint(target, 0))
        outer.identification = identification(for: ends)
        outerIdentifications[OuterKey(flight, sender, index)] = outer.identification
      } else {
        outer.identification =
          outerIdentifications.removeValue(forKey: OuterKey(flight, sender, index)) ?? 0
      }
      take(
        outer,
        at: node,
        networkInterface,
        direction,
        nodeStation(sender),
        delay: index * 1_100
      )
    }
  }

  func take(
    _ packet: IPPacket,
    at node: Int,
    _ interface: UInt32,
    _ direction: Link.Direction,
    _ station: MACAddress,
    delay: Int
  ) {
    let link = Link.linuxCookedV2(direction, interface: interface, from: station)
    records[node].append(
      Record(at: Timestamp(nanoseconds: now + Int64(delay)), link.frame(packet))
    )
  }
}

/// Names an outer packet until the other end of the tunnel sees it.
struct OuterKey: Hashable {
  private var serial: Int?
  private var tuple: FiveTuple
  private var identification: UInt32
  private var sender: Int
  private var fragment: Int
  private var payload: Int

  init(_ flight: Flight, _ sender: Int, _ fragment: Int) {
    serial = flight.serial
    tuple = flight.tuple
    identification = flight.identification
    self.sender = sender
    self.fragment = fragment
    payload = flight.payload.count
  }
}
