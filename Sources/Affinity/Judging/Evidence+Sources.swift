internal import Cluster
internal import Correlation
internal import Wire

/// Many sessions that come from one address.
struct Crowd: Sendable {
  var address: IPAddress
  var service: ServiceKey
  var sessions: Int
  /// How many sessions the service has in all.
  var total: Int
  var first: Int
  var node: Int?
}

/// Answers that leave for a client from another address than the one that it asked.
struct StrayAnswer: Sendable {
  var session: Int
  var placement: Int?
  var source: Endpoint
  var node: Int
  var at: Timestamp
  var witness: Witness
  var leavesBackendNode: Bool
}

extension Evidence {
  func frontKind(of session: Int) -> FrontKind? {
    let session = sessions[session]
    return inventory?.front(at: session.front, over: .udp, time: session.first)?.kind
      ?? inventory?.directFront(at: session.front, over: .udp, time: session.first)?.kind
  }

  private func clientRole(of session: Int) -> AddressOwner.Role? {
    let session = sessions[session]
    return inventory?.owner(of: session.client.address, time: session.first)?.role
  }

  /// Whether the traffic policy for external traffic applies: a client from outside, at an address made for such; and a
  /// node at the port of another one, whose proxy takes it for one from outside.
  func isExternal(_ session: Int) -> Bool {
    guard let inventory else { return false }
    let (client, front) = (sessions[session].client.address, sessions[session].front.address)
    let owner = inventory.owner(of: client, time: sessions[session].first)
    switch frontKind(of: session) {
    case .nodePort where owner?.role == .node:
      return inventory.owner(of: front, time: sessions[session].first)?.node != owner?.node
    case .loadBalancer, .nodePort, .externalIP: return owner == nil
    default: return false
    }
  }

  /// The node whose own client this is, seen only after the node has translated what it sent.
  func ownNode(of session: Int) -> String? {
    guard sessions[session].isDirect, let inventory else { return nil }
    let client = sessions[session].client.address
    let owner = inventory.owner(of: client, time: sessions[session].first)
    guard let owner, owner.role.isNodes else { return nil }
    return inventory.node(owner.node).name
  }

  /// Whether a session from a pod to a cluster address lost its source, which only a hairpin does by design.
  func isUnexpectedInternalRewrite(_ session: Int) -> Bool {
    guard case .pod = clientRole(of: session), frontKind(of: session) == .clusterIP else {
      return false
    }
    return sessions[session].placements.contains {
      placements[$0].backend.address != sessions[session].client.address
    }
  }

  /// Sessions whose pod does not see the client's own address, of the services that `applies` names: one finding a
  /// service and rewriting address, for it is one fact about the service and not one about each client.
  func rewrittenSources(
    where applies: (Int, Service) -> Bool,
    because: (PlacementRecord) -> String
  ) -> [Symptom] {
    // Without an inventory no session's service is known.
    guard inventory != nil else { return [] }
    struct Key: Hashable {
      var service: ServiceKey
      var source: IPAddress
    }
    var symptoms: [Key: Symptom] = [:]
    for (index, session) in sessions.enumerated() {
      guard
        let place = session.placements.first(where: {
          placements[$0].seenSource.address != session.client.address
            && placements[$0].backend.address != session.client.address
        }), let service = settledService(of: index), applies(index, service)
      else { continue }
      let placement = placements[place]
      let key = Key(service: services[index], source: placement.seenSource.address)
      if let known = symptoms[key], known.at <= placement.from { continue }
      symptoms[key] = Symptom(
        session: index,
        service: services[index],
        node: Int(placement.ingressNode),
        at: placement.from,
        now: place,
        confidence: placement.confidence,
        because: [because(placement)],
        group: "rewritten"
      )
    }
    return symptoms.values.sorted { ($0.at, $0.session ?? 0) < ($1.at, $1.session ?? 0) }
  }

  /// So many sessions from one address are a crowd.
  private static let crowd = 20

  /// Client addresses from which a crowd of a service's sessions comes, and nearly all of them.
  func findCrowds() -> [Crowd] {
    var found: [Crowd] = []
    for (service, indices) in members where indices.count >= Self.crowd {
      let address = mostFrequentClient(of: indices)
      let own = indices.count { sessions[$0].client.address == address }
      guard own >= Self.crowd, own * 10 >= indices.count * 9,
        let first = indices.first(where: { sessions[$0].client.address == address })
      else { continue }
      found.append(
        Crowd(
          address: address,
          service: service,
          sessions: own,
          total: indices.count,
          first: first,
          node: sessions[first].placements.first.map { Int(placements[$0].ingressNode) }
        )
      )
    }
    return found.sorted { $0.first < $1.first }
  }

  /// The address that more than half of these sessions come from, if there is one; else any.
  ///
  /// Each session of another address takes one of the candidate's away: who has more than all others together is left.
  private func mostFrequentClient(of indices: [Int]) -> IPAddress {
    var candidate = sessions[indices[0]].client.address
    var lead = 0
    for index in indices {
      let address = sessions[index].client.address
      if lead == 0 { candidate = address }
      lead += address == candidate ? 1 : -1
    }
    return candidate
  }

  /// Whether an address is in the network of the nodes, and none of the cluster's own: a balancer or a router.
  func isNodesNeighbour(_ address: IPAddress) -> Bool {
    guard let inventory,
      inventory.owner(of: address, time: nodes.first?.coverage.from ?? Timestamp(nanoseconds: 0))
        == nil
    else { return false }
    return inventory.nodes.contains { node in
      node.addresses.contains { other in
        guard other.isV4 == address.isV4 else { return false }
        return other.isV4 ? other.v4Bits >> 8 == address.v4Bits >> 8 : other.high == address.high
      }
    }
  }

  /// The pods that served a crowd.
  func pods(of crowd: Crowd) -> Set<String> {
    var pods: Set<String> = []
    for (index, session) in sessions.enumerated()
    where services[index] == crowd.service && session.client.address == crowd.address {
      for place in session.placements {
        pods.insert(pod(placements[place].backend, at: placements[place].from))
      }
    }
    return pods
  }

  /// Answers on their way out to a client that no translation gives the front's address.
  func findStrayAnswers() -> [StrayAnswer] {
    let suspects = stitched.survey.untranslatedAnswers
    guard !suspects.isEmpty else { return [] }
    var byClient: [Endpoint: [Int]] = [:]
    // Of some, other answers are translated.
    let partly = Set(
      suspects.lazy.map { stitched.ledger.runs[Int($0)] }
        .filter { $0.traits.contains(.answersPassed) }.map { stitched.ledger.book[$0.flow] }
    )
    for (index, session) in sessions.enumerated() {
      let isPartly = session.placements.contains(where: { place in
        partly.contains(FiveTuple(from: session.client, to: placements[place].backend))
      })
      if isPartly || session.replies * 2 < session.datagrams {
        byClient[session.client, default: []].append(index)
      }
    }
    guard !byClient.isEmpty else { return [] }
    var strays: [StrayAnswer] = []
    var known: Set<Int> = []
    for index in suspects {
      let run = stitched.ledger.runs[Int(index)]
      let tuple = stitched.ledger.book[run.flow]
      guard
        let session = byClient[tuple.source]?.first(where: {
          sessions[$0].front != tuple.destination
        }),
        !known.contains(session)
      else { continue }
      let place = sessions[session].placements.last
      let isBackend = place.map { placements[$0].backend == tuple.destination } ?? false
      // A backend on the host's network answers from the node's address, at the front's port or its own.
      guard isBackend || tuple.destination.port == sessions[session].front.port else { continue }
      known.insert(session)
      let node = Int(run.node)
      strays.append(
        StrayAnswer(
          session: session,
          placement: place,
          source: tuple.destination,
          node: node,
          at: stitched.clock.corrected(run.first, at: node),
          witness: run.reverse.lastWitness,
          leavesBackendNode: place.map {
            placements[$0].backendNode != placements[$0].ingressNode
              && Int(placements[$0].backendNode) == node
          } ?? false
        )
      )
    }
    return strays.sorted { $0.session < $1.session }
  }

  func symptom(of stray: StrayAnswer, confidence: Double, because: String, group: String) -> Symptom
  {
    Symptom(
      session: stray.session,
      service: services[stray.session],
      node: stray.node,
      at: stray.at,
      now: stray.placement,
      confidence: confidence,
      because: [because],
      group: "\(group) \(stray.source)",
      evidence: [(stray.witness, "an answer from the wrong address")]
    )
  }
}
