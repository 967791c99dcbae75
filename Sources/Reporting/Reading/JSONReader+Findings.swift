internal import Affinity
internal import JSONText
internal import Wire

extension JSONReader {
  mutating func incident() throws(JSONError) -> Report.Incident {
    let start = try startOfValue()
    var (from, to): (Timestamp?, Timestamp?)
    let never = Timestamp(nanoseconds: 0)
    var incident = Report.Incident(id: "", from: never, to: never)
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "id": incident.id = try string()
      case "mode": incident.mode = try stringIfAny()
      case "class": incident.modeClass = try string()
      case "origin": incident.origin = try string()
      case "service": incident.service = try stringIfAny()
      case "node": incident.node = try stringIfAny()
      case "from": from = try time()
      case "to": to = try time()
      case "summary": incident.summary = try string()
      case "findings": incident.findings = try strings()
      default: break
      }
    }
    incident.from = try needed(from, "from", of: start)
    incident.to = try needed(to, "to", of: start)
    return incident
  }

  mutating func finding() throws(JSONError) -> Report.Finding {
    let start = try startOfValue()
    var at: Timestamp?
    var finding = Report.Finding(id: "", at: Timestamp(nanoseconds: 0))
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "id": finding.id = try string()
      case "incident": finding.incident = try string()
      case "mode": finding.mode = try stringIfAny()
      case "name": finding.name = try stringIfAny()
      case "class": finding.modeClass = try string()
      case "origin": finding.origin = try string()
      case "service": finding.service = try stringIfAny()
      case "client": finding.client = try stringIfAny()
      case "node": finding.node = try stringIfAny()
      case "at": at = try time()
      case "changed": finding.changed = try strings()
      case "was": finding.was = try isNull() ? nil : try placement()
      case "now": finding.now = try isNull() ? nil : try placement()
      case "confidence": finding.confidence = try double()
      case "because": finding.because = try strings()
      case "ruled_out":
        try beginArray()
        while try nextElement() { finding.ruledOut.append(try ruledOut()) }
      case "evidence": finding.evidence = try evidence()
      default: break
      }
    }
    finding.at = try needed(at, "at", of: start)
    return finding
  }

  private mutating func ruledOut() throws(JSONError) -> Report.RuledOut {
    var other = Report.RuledOut("", "")
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "mode": other.mode = try string()
      case "why": other.why = try string()
      default: break
      }
    }
    return other
  }

  private mutating func evidence() throws(JSONError) -> [Report.Evidence] {
    var all: [Report.Evidence] = []
    try beginArray()
    while try nextElement() {
      var one = Report.Evidence(frame: 0, of: "", as: "")
      try beginObject()
      while let key = try nextKey() {
        switch key {
        case "file": one.file = try string()
        case "frame":
          let start = try startOfValue()
          guard let frame = UInt64(exactly: try integer()) else {
            throw JSONError(.outOfRange, at: start)
          }
          one.frame = frame
        case "role": one.role = try string()
        default: break
        }
      }
      all.append(one)
    }
    return all
  }

  mutating func undetermined() throws(JSONError) -> Report.Undetermined {
    let start = try startOfValue()
    var at: Timestamp?
    var undetermined = Report.Undetermined(at: Timestamp(nanoseconds: 0))
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "modes": undetermined.modes = try strings()
      case "service": undetermined.service = try stringIfAny()
      case "client": undetermined.client = try stringIfAny()
      case "at": at = try time()
      case "needs": undetermined.needs = try string()
      default: break
      }
    }
    undetermined.at = try needed(at, "at", of: start)
    return undetermined
  }

  mutating func contradiction() throws(JSONError) -> Report.Contradiction {
    let start = try startOfValue()
    var (client, front): (Endpoint?, Endpoint?)
    var placement: Report.Placement?
    var at: Timestamp?
    var (kind, node, language, because) = ("", "", "", "")
    var (service, pod): (String?, String?)
    var source: Endpoint?
    var proof: [Report.Evidence] = []
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "kind": kind = try string()
      case "service": service = try stringIfAny()
      case "client": client = try endpoint()
      case "front": front = try endpoint()
      case "node": node = try string()
      case "at": at = try time()
      case "placement": placement = try self.placement()
      case "stated":
        try beginObject()
        while let word = try nextKey() {
          switch word {
          case "pod": pod = try stringIfAny()
          case "seen_source": source = try endpointIfAny()
          case "protocol": language = try string()
          default: break
          }
        }
      case "because": because = try string()
      case "evidence": proof = try evidence()
      default: break
      }
    }
    var contradiction = Report.Contradiction(
      kind,
      of: try needed(placement, "placement", of: start),
      at: try needed(at, "at", of: start)
    )
    contradiction.client = try needed(client, "client", of: start)
    contradiction.front = try needed(front, "front", of: start)
    (contradiction.service, contradiction.node) = (service, node)
    (contradiction.statedPod, contradiction.statedSource) = (pod, source)
    (contradiction.language, contradiction.because) = (language, because)
    contradiction.evidence = proof
    return contradiction
  }
}
