internal import Wire

/// Clients: what they send, and what comes back to them.
extension World {
  /// Turns a pattern of traffic into flows with their times.
  func expand(_ index: Int) {
    let traffic = traffic[index]
    for client in 0..<traffic.clients {
      let address = clientAddress(traffic, client)
      let begin =
        start + traffic.start.nanoseconds
        + Int64(client) * traffic.staggersClients.nanoseconds
      for flow in 0..<traffic.flowsPerClient {
        var times = sendTimes(traffic, from: begin, flow: flow)
        let connection = generator.next()
        var port = traffic.firstPort + UInt16(flow)
        if case .behindOne = traffic.origin { port += UInt16(client * traffic.flowsPerClient) }
        let span = traffic.rebindsAfter ?? traffic.reopensEvery ?? times.count
        var part = 0
        while !times.isEmpty {
          let taken = Array(times.prefix(span))
          times.removeFirst(min(span, times.count))
          // A new source port well away from the others.
          let endpoint = Endpoint(address, port &+ UInt16(part * 1_000))
          flows.append(
            Flow(
              client: endpoint,
              front: front(traffic),
              traffic: index,
              times: taken,
              connection: traffic.reopensEvery == nil ? connection : generator.next(),
              hasBegun: part == 0 || traffic.reopensEvery != nil,
              identification: UInt32(generator.below(65_536)),
              flowLabel: plan.isV6 ? UInt32(generator.below(1 << 20)) : 0,
              origin: origin(traffic)
            )
          )
          part += 1
        }
      }
    }
  }

  private func clientAddress(_ traffic: Traffic, _ client: Int) -> IPAddress {
    switch traffic.origin {
    case .external: plan.client(traffic.firstClient + client)
    case .behindOne(let address): address
    case .pod(let name): pods[pod(name)].address
    case .node(let name): plan.node(node(name))
    }
  }

  private func origin(_ traffic: Traffic) -> Origin {
    switch traffic.origin {
    case .external, .behindOne: .external
    case .pod(let name): .pod(pod(name))
    case .node(let name): .node(node(name))
    }
  }

  private func front(_ traffic: Traffic) -> Endpoint {
    let index = service(traffic.service)
    switch traffic.front {
    case .virtual: return Endpoint(plan.virtual(index), traffic.port)
    case .clusterIP: return Endpoint(plan.clusterIP(index), traffic.port)
    case .nodePort(let name):
      return Endpoint(plan.node(node(name)), nodePort(index, traffic.port))
    case .pod(let name): return Endpoint(pods[pod(name)].address, traffic.port)
    }
  }

  func nodePort(_ service: Int, _ port: UInt16) -> UInt16 {
    31_698 + UInt16(service * 10) + port % 10 - 1
  }

  private func sendTimes(_ traffic: Traffic, from begin: Int64, flow: Int) -> [Int64] {
    var times: [Int64] = []
    // A client's sockets send one after the other, as a loop over them does.
    var time = begin + Int64(flow) * Int64(generator.within(60_000...110_000))
    for number in 0..<traffic.count {
      times.append(time)
      if number + 1 < traffic.burst {
        time += traffic.burstGap.nanoseconds
      } else {
        time += traffic.every.nanoseconds + Int64(generator.within(0...400_000))
      }
      if let pause = traffic.pause, number + 1 == pause.after { time += pause.lasting.nanoseconds }
    }
    return times
  }

  func send(_ index: Int, _ number: Int) {
    let flow = flows[index]
    let pattern = traffic[flow.traffic]
    let serial = truth.datagrams.count
    let payload = payload(of: flow, pattern, number)
    truth.datagrams.append(
      Truth.Datagram(
        client: flow.client,
        front: flow.front,
        number: number,
        sent: Timestamp(nanoseconds: now),
        length: payload.count
      )
    )
    flowOfSerial.append(index)
    var flight = Flight(tuple: FiveTuple(from: flow.client, to: flow.front))
    flight.payload = payload
    flight.serial = serial
    flight.flowLabel = flow.flowLabel
    flight.dontFragment = !pattern.mayFragment
    flight.identification =
      pattern.hasZeroIdentification
      ? 0 : UInt32(UInt16(truncatingIfNeeded: Int(flow.identification) + number))
    if pattern.mayFragment || plan.isV6 { flight.cut(to: 1_500, using: &generator) }
    switch flow.origin {
    case .external:
      // The router before the nodes has taken one.
      flight.hopLimit = 63
      flight.isPartial = topology.medium == .virtual
      let node = ingress(of: flight.tuple)
      later(
        .arrive(flight, node: node, tunnelledFrom: nil),
        after: generator.within(15_000...45_000)
      )
    case .pod(let pod):
      later(.fromPod(flight, pod: pod), after: generator.within(2_000...6_000))
    case .node(let node):
      clientsOnNode[flow.client] = node
      truth.datagrams[serial].isVisible = false
      process(flight, node, from: .local)
    }
  }

  /// The node that the router sends a datagram to.
  private func ingress(of tuple: FiveTuple) -> Int {
    let target = tuple.destination.address
    if let node = nodes.indices.first(where: { plan.node($0) == target }) { return node }
    if let node = plan.podNode(of: target) { return node }
    switch balancer {
    case .one(let name): return node(name)
    case .byAddress(let names):
      return node(names[Int(hash(tuple.source.address, 0) % UInt64(names.count))])
    case .byFlow(let names):
      return node(names[Int(hash(tuple.source.address, tuple.source.port) % UInt64(names.count))])
    case .alternating(let names, let slice):
      return node(names[Int((now - start) / slice.nanoseconds) % names.count])
    }
  }

  /// A hash that is the same everywhere and for ever.
  func hash(_ address: IPAddress, _ port: UInt16, salt: UInt64 = 0) -> UInt64 {
    var mixer = SeededGenerator(seed: address.high ^ address.low &* 0x9e37_79b9 ^ salt)
    let first = mixer.next() ^ UInt64(port) &* 0xc2b2_ae3d_27d4_eb4f
    var second = SeededGenerator(seed: first)
    return second.next()
  }

  func reachClient(_ flight: Flight) {
    guard !flight.isError, let serial = flight.serial else { return }
    let client = truth.datagrams[serial].client
    // A socket takes a datagram for its own address and port only.
    guard flight.tuple.destination == client else { return }
    truth.datagrams[serial].replies.append(
      (at: Timestamp(nanoseconds: now), length: flight.payload.count)
    )
  }
}
