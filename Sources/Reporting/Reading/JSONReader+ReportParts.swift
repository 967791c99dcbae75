internal import Affinity
internal import JSONText
internal import Wire

// Each of these reads what `JSONReport` writes; members that are not known are stepped over.

extension JSONReader {
  mutating func coverage() throws(JSONError) -> Report.NodeCoverage {
    var node = Report.NodeCoverage(name: "", files: [])
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "name": node.name = try string()
      case "files": node.files = try strings()
      case "packets": node.packets = try count()
      case "sightings": node.sightings = try count()
      case "malformed": node.malformed = try count()
      case "truncated": node.truncated = try count()
      case "dropped": node.dropped = try countIfAny()
      case "clock_offset_us":
        guard let offset = try countIfAny() else { continue }
        let (nanoseconds, isTooLong) = Int64(offset).multipliedReportingOverflow(by: 1_000)
        if !isTooLong { node.clockOffset = Interval(nanoseconds: nanoseconds) }
      default: break
      }
    }
    return node
  }

  mutating func read(_ matching: inout Report.MatchingSummary) throws(JSONError) {
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "matched":
        try beginObject()
        while let tier = try nextKey() {
          switch tier {
          case "T1": matching.matched[0] = try count()
          case "T2": matching.matched[1] = try count()
          case "T3": matching.matched[2] = try count()
          case "T4": matching.matched[3] = try count()
          case "T5": matching.matched[4] = try count()
          default: break
          }
        }
      case "ambiguous": matching.ambiguous = try count()
      case "unmatched": matching.unmatched = try count()
      case "evicted": matching.evicted = try count()
      default: break
      }
    }
  }

  mutating func service() throws(JSONError) -> Report.ServiceReport {
    var service = Report.ServiceReport(fronts: [])
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "name": service.name = try stringIfAny()
      case "fronts": service.fronts = try strings()
      case "external_traffic_policy": service.externalTrafficPolicy = try stringIfAny()
      case "session_affinity": service.sessionAffinity = try stringIfAny()
      case "timeout_seconds": service.timeoutSeconds = try countIfAny()
      case "verdicts":
        try beginArray()
        while try nextElement() { service.verdicts.append(try expectationVerdict()) }
      default: break
      }
    }
    return service
  }

  mutating func verdictIfAny() throws(JSONError) -> Report.Verdict? {
    if try isNull() { return nil }
    let start = try startOfValue()
    guard let verdict = Report.Verdict(rawValue: try string()) else {
      throw JSONError(.unsuitable(expected: "a verdict"), at: start)
    }
    return verdict
  }

  private mutating func expectationVerdict() throws(JSONError) -> Report.ExpectationVerdict {
    let start = try startOfValue()
    var verdict: Report.Verdict?
    var told = Report.ExpectationVerdict(.inconclusive, of: "")
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "expectation": told.expectation = try string()
      case "verdict": verdict = try verdictIfAny()
      case "reason": told.reason = try string()
      case "checked": told.checked = try count()
      case "violations": told.violations = try count()
      case "explained": told.explained = try count()
      default: break
      }
    }
    told.verdict = try needed(verdict, "verdict", of: start)
    return told
  }

  mutating func session() throws(JSONError) -> Report.Session {
    let start = try startOfValue()
    let nowhere = Endpoint(IPAddress(v4: 0), 0)
    var session = Report.Session(of: nowhere, with: nowhere)
    var (client, front): (Endpoint?, Endpoint?)
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "client": client = try endpoint()
      case "front": front = try endpoint()
      case "service": session.service = try stringIfAny()
      case "datagrams": session.datagrams = try count()
      case "placed": session.placed = try count()
      case "ambiguous": session.ambiguous = try count()
      case "lost": session.lost = try count()
      case "lost_at":
        try beginArray()
        while try nextElement() { session.lostAt.append(try loss()) }
      case "replies": session.replies = try count()
      case "placements":
        try beginArray()
        while try nextElement() { session.placements.append(try placement()) }
      default: break
      }
    }
    session.client = try needed(client, "client", of: start)
    session.front = try needed(front, "front", of: start)
    return session
  }

  private mutating func loss() throws(JSONError) -> Report.Loss {
    var loss = Report.Loss(of: 0, at: "", node: nil)
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "hop": loss.hop = try string()
      case "node": loss.node = try stringIfAny()
      case "datagrams": loss.datagrams = try count()
      default: break
      }
    }
    return loss
  }

  mutating func placement() throws(JSONError) -> Report.Placement {
    let start = try startOfValue()
    var (backend, seenSource): (Endpoint?, Endpoint?)
    var (from, to): (Timestamp?, Timestamp?)
    var (pod, node, ingressNode): (String?, String?, String?)
    var datagrams = 0
    var confidence = 0.0
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "backend": backend = try endpoint()
      case "pod": pod = try stringIfAny()
      case "node": node = try stringIfAny()
      case "ingress_node": ingressNode = try stringIfAny()
      case "seen_source": seenSource = try endpoint()
      case "from": from = try time()
      case "to": to = try time()
      case "datagrams": datagrams = try count()
      case "confidence": confidence = try double()
      default: break
      }
    }
    var placement = Report.Placement(
      on: try needed(backend, "backend", of: start),
      as: try needed(seenSource, "seen_source", of: start),
      from: try needed(from, "from", of: start),
      to: try needed(to, "to", of: start)
    )
    (placement.pod, placement.node, placement.ingressNode) = (pod, node, ingressNode)
    (placement.datagrams, placement.confidence) = (datagrams, confidence)
    return placement
  }

  mutating func blindSpot() throws(JSONError) -> Report.BlindSpot {
    var spot = Report.BlindSpot("", at: "", "")
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "kind": spot.kind = try string()
      case "where": spot.location = try string()
      case "effect": spot.effect = try string()
      default: break
      }
    }
    return spot
  }

  mutating func read(_ statements: inout Report.StatementSummary) throws(JSONError) {
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "sessions": statements.sessions = try count()
      case "confirmed": statements.confirmed = try count()
      case "contradicted": statements.contradicted = try count()
      default: break
      }
    }
  }
}
