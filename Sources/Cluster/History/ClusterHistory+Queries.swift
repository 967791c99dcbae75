public import Wire

extension ClusterHistory {
  // MARK: Names

  public func node(named name: String) -> NodeID? { nodeIDs[name] }

  public func service(named name: ObjectName) -> ServiceID? { serviceIDs[name] }

  public func node(_ id: NodeID) -> Node { nodes[Int(id.index)] }

  public func pod(_ id: PodID) -> Pod { pods[Int(id.index)] }

  /// The port's service and the port itself as it was last seen.
  public func servicePort(_ id: ServicePortID) -> (service: ServiceID, port: ServicePort) {
    servicePorts[Int(id.index)]
  }

  public func name(of service: ServiceID) -> ObjectName { serviceNames[Int(service.index)] }

  // MARK: Services

  /// What the service was like; `nil` where it was not there.
  public func service(_ id: ServiceID, at time: Timestamp) -> Service? {
    guard serviceVersions.indices.contains(Int(id.index)) else { return nil }
    let span = moments.span(at: time)
    let versions = serviceVersions[Int(id.index)]
    return version(of: versions, at: span.lowerBound) ?? nil
      ?? version(of: versions, at: span.upperBound) ?? nil
  }

  /// The service port that is reached at this address and port, which may be any node's if it is a node port.
  public func front(
    at endpoint: Endpoint,
    over transport: Transport,
    time: Timestamp
  ) -> Front? {
    let span = moments.span(at: time)
    if let holder = fronts.holder(
      of: PlaceKey(endpoint: endpoint, transport: transport),
      in: span
    ),
      let kind = FrontKind(rawValue: holder & 7)
    {
      return front(ServicePortID(index: holder >> 3), kind)
    }
    guard
      let port = nodePorts.holder(
        of: NodePortKey(port: endpoint.port, transport: transport),
        in: span
      )
    else { return nil }
    // A node answers at its bridge's and its tunnel's addresses too.
    guard owner(of: endpoint.address, time: time)?.role.isNodes == true else { return nil }
    return front(ServicePortID(index: port), .nodePort)
  }

  /// The service port behind which this pod's address and port stands: a headless service's, if there is one.
  ///
  /// A client that aims here needs no NAT; its front is its backend.
  public func directFront(
    at endpoint: Endpoint,
    over transport: Transport,
    time: Timestamp
  ) -> Front? {
    var found: Front?
    for port in portsBehind[PlaceKey(endpoint: endpoint, transport: transport)] ?? [] {
      switch membership(of: endpoint, in: port, time: time) {
      case .former, .later, .never: continue
      case .current, .uncertain: break
      }
      let id = servicePorts[Int(port.index)].service
      if service(id, at: time)?.isHeadless == true { return front(port, .headless) }
      found = found ?? front(port, .direct)
    }
    return found
  }

  /// Every service port of which this was, is or will be an endpoint.
  public func servicePorts(behind endpoint: Endpoint, over transport: Transport) -> [ServicePortID]
  {
    portsBehind[PlaceKey(endpoint: endpoint, transport: transport)] ?? []
  }

  private func front(_ port: ServicePortID, _ kind: FrontKind) -> Front {
    Front(port: port, service: servicePorts[Int(port.index)].service, kind: kind)
  }

  // MARK: Endpoints

  /// The endpoints of a service port, by address.
  public func endpoints(of port: ServicePortID, at time: Timestamp) -> [EndpointRecord] {
    guard endpointVersions.indices.contains(Int(port.index)) else { return [] }
    let span = moments.span(at: time)
    let id = servicePorts[Int(port.index)].service
    let wasThere = (version(of: serviceVersions[Int(id.index)], at: span.lowerBound) ?? nil) != nil
    return version(
      of: endpointVersions[Int(port.index)],
      at: wasThere ? span.lowerBound : span.upperBound
    )
      ?? []
  }

  /// What this address and port was to the service port.
  public func membership(
    of endpoint: Endpoint,
    in port: ServicePortID,
    time: Timestamp
  ) -> Membership {
    let span = moments.span(at: time)
    var covered: Int32 = 0
    var inside: (start: Int32, holder: Int32)?
    var latestBefore: (last: Int32, holder: Int32)?
    var firstAfter: (first: Int32, holder: Int32)?
    members.forEach(of: MemberKey(port: port, endpoint: endpoint)) { tenure in
      if tenure.last < span.lowerBound {
        if tenure.last > latestBefore?.last ?? -1 {
          latestBefore = (tenure.last, tenure.holder)
        }
      } else if tenure.first > span.upperBound {
        if tenure.first < firstAfter?.first ?? .max { firstAfter = (tenure.first, tenure.holder) }
      } else {
        let start = max(tenure.first, span.lowerBound)
        covered += min(tenure.last, span.upperBound) - start + 1
        if start < inside?.start ?? .max { inside = (start, tenure.holder) }
      }
    }
    if let inside {
      let record = records[Int(inside.holder)]
      if covered > span.upperBound - span.lowerBound { return .current(record) }
      // A pod that did not exist yet was no endpoint yet.
      if let createdAt = pod(of: record)?.createdAt, createdAt > time + Self.clockTolerance {
        return .later(record)
      }
      return .uncertain(record)
    }
    if let latestBefore { return .former(records[Int(latestBefore.holder)]) }
    if let firstAfter { return .later(records[Int(firstAfter.holder)]) }
    return .never
  }

  /// Whether any snapshot has an endpoint with this address behind any port of the service.
  public func isServed(_ service: ServiceID, by address: IPAddress) -> Bool {
    servicePorts.indices.contains { port in
      servicePorts[port].service == service
        && endpointVersions[port].contains { $0.value.contains { $0.endpoint.address == address } }
    }
  }

  /// Whether what holds for all snapshots can be taken to have held in between.
  public var showsMoreThanOneMoment: Bool { moments.times.count > 1 }

  // MARK: Addresses

  /// Creation times are whole seconds of the API server's clock; a capture's clock may be a little behind.
  static var clockTolerance: Interval { .seconds(2) }

  /// The pod that had this address then; pods on the host's network share their node's and are not found here.
  public func pod(at address: IPAddress, time: Timestamp) -> PodID? {
    let span = moments.span(at: time)
    var best: (rank: (Int, Int64, Int32), holder: Int32)?
    podsByAddress.forEach(of: address) { tenure in
      guard tenure.first <= span.upperBound, tenure.last >= span.lowerBound else { return }
      let createdAt = pods[Int(tenure.holder)].createdAt ?? Timestamp(nanoseconds: .min)
      guard createdAt <= time + Self.clockTolerance else { return }
      // Of several tenants: one that runs, then the youngest that was there already, then the earlier snapshot's.
      let rank = (
        pods[Int(tenure.holder)].isFinished ? 1 : createdAt <= time ? 3 : 2,
        createdAt.nanoseconds,
        -max(tenure.first, span.lowerBound)
      )
      guard let known = best else {
        best = (rank, tenure.holder)
        return
      }
      if rank > known.rank || (rank == known.rank && tenure.holder < known.holder) {
        best = (rank, tenure.holder)
      }
    }
    return best.map { PodID(index: $0.holder) }
  }

  /// The pod behind an address and port: as the endpoint slices name it, else by its own address.
  ///
  /// The slices tell pods on the host's network apart by their ports, and a pod that serves from one that is left over
  /// with the same address on a node that is gone.
  public func pod(
    at endpoint: Endpoint,
    over transport: Transport,
    time: Timestamp
  ) -> PodID? {
    let own = pod(at: endpoint.address, time: time)
    for port in portsBehind[PlaceKey(endpoint: endpoint, transport: transport)] ?? [] {
      switch membership(of: endpoint, in: port, time: time) {
      case .current(let record): if let id = podID(of: record) { return id }
      case .uncertain(let record): if own == nil, let id = podID(of: record) { return id }
      case .former, .later, .never: break
      }
    }
    return own
  }

  /// The node whose own address this is.
  public func node(at address: IPAddress, time: Timestamp) -> NodeID? {
    nodesByAddress.holder(of: address, in: moments.span(at: time)).map { NodeID(index: $0) }
  }

  /// The node of the pod that has this address, else the node from whose block the address comes.
  public func node(ofPodAt address: IPAddress, time: Timestamp) -> NodeID? {
    if let pod = pod(at: address, time: time), let name = pods[Int(pod.index)].node,
      let node = nodeIDs[name]
    {
      return node
    }
    return block(around: address, time: time)?.node
  }

  /// Which node stands behind an address and as what: itself, its bridge, its tunnel or a pod of it.
  public func owner(of address: IPAddress, time: Timestamp) -> AddressOwner? {
    if let node = node(at: address, time: time) { return AddressOwner(node: node, role: .node) }
    let block = block(around: address, time: time)
    if let pod = pod(at: address, time: time) {
      let node = pods[Int(pod.index)].node.flatMap { nodeIDs[$0] } ?? block?.node
      return node.map { AddressOwner(node: $0, role: .pod(pod)) }
    }
    guard let block else { return nil }
    let role: AddressOwner.Role =
      address == block.block.network
      ? .tunnel : address == block.block.firstHost ? .podBridge : .podBlock
    return AddressOwner(node: block.node, role: role)
  }

  private func block(
    around address: IPAddress,
    time: Timestamp
  ) -> (node: NodeID, block: AddressBlock)? {
    let span = moments.span(at: time)
    for length in blockLengths {
      let block = AddressBlock(around: address, prefixLength: length)
      if let node = blocks.holder(of: block, in: span) { return (NodeID(index: node), block) }
    }
    return nil
  }

  /// The last version that began by `epoch`.
  func version<Value>(of versions: [Version<Value>], at epoch: Int32) -> Value? {
    var low = 0
    var high = versions.count
    while low < high {
      let middle = (low + high) / 2
      if versions[middle].epoch <= epoch { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? versions[low - 1].value : nil
  }
}
