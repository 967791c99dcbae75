internal import Cluster
internal import Correlation
internal import Wire

extension Stitcher {
  /// The fifth tier: where datagrams told nothing, one session of a service that lacks a way and one way to a backend of
  /// that service that lacks a session belong together, if there is just one of each at the node.
  ///
  /// They must agree in number and in time; two of either kind, and nothing is said.
  mutating func placeByInventory(_ parts: inout [StitchedPart]) {
    guard let inventory else { return }
    struct Place: Hashable {
      var node: Int16
      var service: ServiceID
    }
    var waysIn: [Place: [(part: Int, session: Int)]] = [:]
    for (part, stitched) in parts.enumerated() {
      for (index, session) in stitched.sessions.enumerated()
      where session.placements.isEmpty && !session.isDirect && session.datagrams > 0 {
        guard let port = servicePort(of: session), let run = ledger.runs(of: session.flow).first
        else {
          continue
        }
        let place = Place(
          node: ledger.runs[Int(run)].node,
          service: inventory.servicePort(port).service
        )
        waysIn[place, default: []].append((part, index))
      }
    }
    guard !waysIn.isEmpty else { return }
    var waysOut: [Place: [FlowID]] = [:]
    for flow in parts.flatMap(\.untraced) {
      let tuple = ledger.book[flow]
      for run in ledger.runs(of: flow).prefix(1) {
        for port in inventory.servicePorts(behind: tuple.destination, over: tuple.transport) {
          let place = Place(
            node: ledger.runs[Int(run)].node,
            service: inventory.servicePort(port).service
          )
          waysOut[place, default: []].append(flow)
        }
      }
    }
    for (place, candidates) in waysIn where candidates.count == 1 {
      guard let flows = waysOut[place], flows.count == 1 else { continue }
      let (part, session) = candidates[0]
      guard join(session, of: &parts[part], to: flows[0], at: place.node) else { continue }
      for part in parts.indices { parts[part].untraced.removeAll { $0 == flows[0] } }
    }
  }

  /// Answers whether they belong together.
  private mutating func join(
    _ index: Int,
    of part: inout StitchedPart,
    to flow: FlowID,
    at node: Int16
  ) -> Bool {
    let runs = ledger.runs(of: flow).filter { ledger.runs[Int($0)].node == node }
    guard let first = runs.first, let last = runs.last else { return false }
    let datagrams = runs.reduce(0) { $0 + Int(ledger.runs[Int($1)].forward.datagrams) }
    let replies = runs.reduce(0) { $0 + Int(ledger.runs[Int($1)].reverse.datagrams) }
    let session = part.sessions[index]
    let from = corrected(ledger.runs[Int(first)].first, first)
    let to = corrected(ledger.runs[Int(last)].forward.last, last)
    // As many in as out, and within the time that a datagram may take.
    guard datagrams == session.datagrams, replies == session.replies,
      from.since(session.first).nanoseconds.magnitude <= 50_000_000
    else { return false }
    let tuple = ledger.book[flow]
    part.sessions[index].lost = 0
    part.sessions[index].lostAtIngress = 0
    part.sessions[index].ambiguous = 0
    part.append(
      PlacementRecord(
        session: Int32(truncatingIfNeeded: index),
        terminal: flow,
        tuple: tuple,
        ingressNode: node,
        backendNode: node,
        from: from,
        to: to,
        lastReply: nil,
        datagrams: datagrams,
        replies: replies,
        confidence: 0.6,
        firstRun: first,
        lastRun: last
      ),
      ofEarlier: index
    )
    matchedByInventory += datagrams
    return true
  }
}
