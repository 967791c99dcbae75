internal import Wire

/// How a node chooses a backend for a flow.
extension World {
  func choose(
    _ eligible: [Int],
    for tuple: FiveTuple,
    _ front: Front,
    _ service: ServiceSpec,
    _ node: Int
  ) -> Int {
    let client = tuple.source
    switch topology.dataplane.selection {
    case .spray:
      return eligible[generator.below(eligible.count)]
    case .modulo:
      return eligible[Int(hash(client.address, client.port) % UInt64(eligible.count))]
    case .consistent:
      // The highest of the backends' own hashes: losing one backend moves only its own flows.
      func rank(_ pod: Int) -> UInt64 {
        hash(client.address, client.port, salt: UInt64(pods[pod].uid + 1) &* 0x9e37_79b9_7f4a_7c15)
      }
      return eligible.max { rank($0) < rank($1) } ?? eligible[0]
    case .random:
      guard let timeout = service.affinity else {
        return eligible[generator.below(eligible.count)]
      }
      return sticky(eligible, client.address, front, timeout.nanoseconds, node)
    }
  }

  private func sticky(
    _ eligible: [Int],
    _ client: IPAddress,
    _ front: Front,
    _ timeout: Int64,
    _ node: Int
  ) -> Int {
    let drawn = eligible[generator.below(eligible.count)]
    switch topology.dataplane.affinity {
    case .ignored:
      return drawn
    case .map, .pinned:
      let key = AffinityKey(client: client, service: front.service, port: front.port)
      var pod = drawn
      if let known = nodes[node].affinity[key], now - known.at <= timeout,
        eligible.contains(known.pod)
          || topology.dataplane.affinity == .pinned && !pods[known.pod].isGone
      {
        pod = known.pod
      }
      nodes[node].affinity[key] = (pod, now)
      return pod
    case .recentList:
      // The rules try the endpoints in order: the first whose list has the client wins, and its list is refreshed.
      func key(_ pod: Int) -> RecentKey {
        RecentKey(pod: pod, service: front.service, port: front.port)
      }
      let known = eligible.first { pod in
        nodes[node].recent[key(pod)]?.contains { $0.client == client && now - $0.at <= timeout }
          == true
      }
      let pod = known ?? drawn
      var list = nodes[node].recent[key(pod)] ?? []
      list.removeAll { $0.client == client }
      if list.count >= 100 { list.removeFirst() }
      list.append((client, now))
      nodes[node].recent[key(pod)] = list
      return pod
    }
  }
}
