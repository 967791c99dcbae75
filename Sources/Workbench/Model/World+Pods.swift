internal import Wire

/// Pods: what a server does with a datagram, and what its kernel does where no server is.
extension World {
  func deliver(_ flight: Flight, _ index: Int) {
    guard !flight.isError else { return }
    if flight.isReply {
      reachClient(flight)
      return
    }
    guard !pods[index].isGone, !flight.hasLostTail else { return }
    let spec = pods[index].spec
    if let serial = flight.serial, truth.datagrams[serial].pod == nil {
      truth.datagrams[serial].pod = spec.name
      truth.datagrams[serial].backend = flight.tuple.destination
      truth.datagrams[serial].seenSource = flight.tuple.source
      truth.datagrams[serial].received = Timestamp(nanoseconds: now)
      let isForeign = !topology.services.contains { $0.app == spec.app }
      let isHung = pods[index].isHung
      if isForeign || spec.server == .stopped || pods[index].isTerminating || isHung {
        let mode =
          isForeign ? "B3" : isHung ? "B6" : spec.server == .stopped ? "B19" : "B5"
        truth.datagrams[serial].lost = .init(node: nodes[pods[index].node].name, mode: mode)
      }
    }
    switch spec.server {
    case .silent: return
    case .stopped: refuse(flight, index)
    case .hello, .echo, .quic, .reflector:
      guard !pods[index].isTerminating else { return }
      later(.reply(reply(to: flight, index), pod: index), after: generator.within(40_000...420_000))
    case .stream(let count, let every):
      for number in 0..<count {
        later(
          .reply(reply(to: flight, index), pod: index),
          after: generator.within(40_000...120_000) + number * Int(every.nanoseconds)
        )
      }
    }
  }

  private func reply(to flight: Flight, _ index: Int) -> Flight {
    var reply = Flight(tuple: flight.tuple.reversed)
    if let other = pods[index].spec.repliesFrom { reply.tuple.source.address = other }
    reply.payload = answer(of: pods[index].spec, to: flight)
    reply.serial = flight.serial
    reply.isReply = true
    reply.dontFragment = reply.length <= 1_500
    reply.flowLabel =
      plan.isV6 ? UInt32(hash(flight.tuple.source.address, flight.tuple.source.port) & 0xfffff) : 0
    return reply
  }

  /// A reply leaves its pod, or the machine itself where the server has the host's network.
  func emit(_ flight: Flight, from index: Int) {
    guard !pods[index].isGone else { return }
    var flight = flight
    flight.identification = identification(for: flight.tuple)
    flight.cut(to: 1_500, using: &generator)
    if pods[index].spec.isHostNetwork {
      process(flight, pods[index].node, from: .local)
    } else {
      enterFromPod(flight, index)
    }
  }

  private func refuse(_ flight: Flight, _ index: Int) {
    let source = flight.tuple.source.address
    guard pods[index].errors[source, default: TokenBucket()].take(at: now) else { return }
    let error = refusal(
      .portUnreachable,
      of: flight,
      from: flight.tuple.destination.address
    )
    if pods[index].spec.isHostNetwork {
      process(error, pods[index].node, from: .local)
    } else {
      later(.fromPod(error, pod: index), after: generator.within(4_000...16_000))
    }
  }

  /// An ICMP error about a datagram, on its way back to that datagram's source.
  func refusal(
    _ reason: ICMPError.Reason,
    of flight: Flight,
    from source: IPAddress
  ) -> Flight {
    var error = Flight(
      content: .error(reason, about: flight),
      tuple: FiveTuple(
        from: Endpoint(source, 0),
        to: Endpoint(flight.tuple.source.address, 0),
        over: .icmp
      )
    )
    error.identification = identification(for: error.tuple)
    error.dontFragment = false
    error.isReply = true
    error.serial = flight.serial
    return error
  }
}
