public import Affinity
internal import JSONText
internal import Wire

/// Writes a report as `stickler.report/1`, a part at a time.
///
/// `drain` is given the bytes as they come, so that a large report is never held twice.
public func writeJSON<E>(
  _ report: Report,
  drain: ([UInt8]) throws(E) -> Void
) throws(E) {
  try writeJSON(report, style: .pretty, drain: drain)
}

/// Writes it in one line, as the last event of those that `ChronicleEvent.jsonLine` gives.
public func writeJSONLine<E>(
  of report: Report,
  drain: ([UInt8]) throws(E) -> Void
) throws(E) {
  var writer = JSONWriter(.compact)
  writer.beginObject()
  writer.member("event", "report")
  writer.key("report")
  try write(report, to: &writer, drain: drain)
  writer.endObject()
  writer.newline()
  try drain(writer.drain())
}

func writeJSON<E>(
  _ report: Report,
  style: JSONWriter.Style,
  drain: ([UInt8]) throws(E) -> Void
) throws(E) {
  var writer = JSONWriter(style)
  try write(report, to: &writer, drain: drain)
  writer.newline()
  try drain(writer.drain())
}

func write<E>(
  _ report: Report,
  to writer: inout JSONWriter,
  drain: ([UInt8]) throws(E) -> Void
) throws(E) {
  writer.beginObject()
  writer.member("schema", "stickler.report/1")
  writer.member("verdict", report.verdict?.rawValue)
  writer.member("exit_code", report.exitCode)
  writer.key("capture")
  write(report.capture, to: &writer)
  writer.key("matching")
  write(report.matching, to: &writer)
  try writeList("services", report.services, to: &writer, write, drain: drain)
  try writeList("sessions", report.sessions, to: &writer, write, drain: drain)
  try writeList("incidents", report.incidents, to: &writer, write, drain: drain)
  try writeList("findings", report.findings, to: &writer, write, drain: drain)
  try writeList("undetermined", report.undetermined, to: &writer, write, drain: drain)
  try writeList("blind_spots", report.blindSpots, to: &writer, write, drain: drain)
  writer.key("statements")
  write(report.statements, to: &writer)
  try writeList("contradictions", report.contradictions, to: &writer, write, drain: drain)
  writer.endObject()
}

private func writeList<Element, E>(
  _ name: String,
  _ elements: [Element],
  to writer: inout JSONWriter,
  _ write: (Element, inout JSONWriter) -> Void,
  drain: ([UInt8]) throws(E) -> Void
) throws(E) {
  writer.key(name)
  writer.beginArray()
  for element in elements {
    write(element, &writer)
    if writer.bytes.count > 1 << 16 { try drain(writer.drain()) }
  }
  writer.endArray()
}

private func write(_ capture: Report.CaptureSummary, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.member("from", capture.from?.description)
  writer.member("to", capture.to?.description)
  writer.key("nodes")
  writer.beginArray()
  for node in capture.nodes { write(node, to: &writer) }
  writer.endArray()
  writer.endObject()
}

func write(_ node: Report.NodeCoverage, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.member("name", node.name)
  writer.key("files")
  write(strings: node.files, to: &writer)
  writer.member("packets", node.packets)
  writer.member("sightings", node.sightings)
  writer.member("malformed", node.malformed)
  writer.member("truncated", node.truncated)
  writer.key("dropped")
  write(node.dropped, to: &writer)
  writer.key("clock_offset_us")
  if let offset = node.clockOffset {
    writer.integer(offset.nanoseconds / 1_000)
  } else {
    writer.null()
  }
  writer.endObject()
}

private func write(_ matching: Report.MatchingSummary, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.key("matched")
  writer.beginObject()
  for (tier, count) in matching.matched.enumerated() { writer.member("T\(tier + 1)", count) }
  writer.endObject()
  writer.member("ambiguous", matching.ambiguous)
  writer.member("unmatched", matching.unmatched)
  writer.member("evicted", matching.evicted)
  writer.endObject()
}

func write(_ service: Report.ServiceReport, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.member("name", service.name)
  writer.key("fronts")
  write(strings: service.fronts, to: &writer)
  writer.member("external_traffic_policy", service.externalTrafficPolicy)
  writer.member("session_affinity", service.sessionAffinity)
  writer.key("timeout_seconds")
  write(service.timeoutSeconds, to: &writer)
  writer.key("verdicts")
  writer.beginArray()
  for verdict in service.verdicts {
    writer.beginObject()
    writer.member("expectation", verdict.expectation)
    writer.member("verdict", verdict.verdict.rawValue)
    writer.member("reason", verdict.reason)
    writer.member("checked", verdict.checked)
    writer.member("violations", verdict.violations)
    writer.member("explained", verdict.explained)
    writer.endObject()
  }
  writer.endArray()
  writer.endObject()
}

func write(_ session: Report.Session, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.member("client", appending: session.client.append)
  writer.member("front", appending: session.front.append)
  writer.member("service", session.service)
  writer.member("datagrams", session.datagrams)
  writer.member("placed", session.placed)
  writer.member("ambiguous", session.ambiguous)
  writer.member("lost", session.lost)
  writer.key("lost_at")
  writer.beginArray()
  for loss in session.lostAt {
    writer.beginObject()
    writer.member("hop", loss.hop)
    writer.member("node", loss.node)
    writer.member("datagrams", loss.datagrams)
    writer.endObject()
  }
  writer.endArray()
  writer.member("replies", session.replies)
  writer.key("placements")
  writer.beginArray()
  for placement in session.placements { write(placement, to: &writer) }
  writer.endArray()
  writer.endObject()
}

func write(_ placement: Report.Placement, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.member("backend", appending: placement.backend.append)
  writer.member("pod", placement.pod)
  writer.member("node", placement.node)
  writer.member("ingress_node", placement.ingressNode)
  writer.member("seen_source", appending: placement.seenSource.append)
  writer.member("from", appending: placement.from.append)
  writer.member("to", appending: placement.to.append)
  writer.member("datagrams", placement.datagrams)
  writer.key("confidence")
  writer.number(placement.confidence, decimals: 4)
  writer.endObject()
}

func write(_ incident: Report.Incident, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.member("id", incident.id)
  writer.member("mode", incident.mode)
  writer.member("class", incident.modeClass)
  writer.member("origin", incident.origin)
  writer.member("service", incident.service)
  writer.member("node", incident.node)
  writer.member("from", appending: incident.from.append)
  writer.member("to", appending: incident.to.append)
  writer.member("summary", incident.summary)
  writer.key("findings")
  write(strings: incident.findings, to: &writer)
  writer.endObject()
}

func write(_ finding: Report.Finding, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.member("id", finding.id)
  writer.member("incident", finding.incident)
  writer.member("mode", finding.mode)
  writer.member("name", finding.name)
  writer.member("class", finding.modeClass)
  writer.member("origin", finding.origin)
  writer.member("service", finding.service)
  writer.member("client", finding.client)
  writer.member("node", finding.node)
  writer.member("at", appending: finding.at.append)
  writer.key("changed")
  write(strings: finding.changed, to: &writer)
  for (name, placement) in [("was", finding.was), ("now", finding.now)] {
    writer.key(name)
    if let placement { write(placement, to: &writer) } else { writer.null() }
  }
  writer.key("confidence")
  writer.number(finding.confidence, decimals: 4)
  writer.key("because")
  write(strings: finding.because, to: &writer)
  writer.key("ruled_out")
  writer.beginArray()
  for other in finding.ruledOut {
    writer.beginObject()
    writer.member("mode", other.mode)
    writer.member("why", other.why)
    writer.endObject()
  }
  writer.endArray()
  write(finding.evidence, to: &writer)
  writer.endObject()
}

private func write(_ evidence: [Report.Evidence], to writer: inout JSONWriter) {
  writer.key("evidence")
  writer.beginArray()
  for one in evidence {
    writer.beginObject()
    writer.member("file", one.file)
    writer.member("frame", one.frame)
    writer.member("role", one.role)
    writer.endObject()
  }
  writer.endArray()
}

private func write(_ statements: Report.StatementSummary, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.member("sessions", statements.sessions)
  writer.member("confirmed", statements.confirmed)
  writer.member("contradicted", statements.contradicted)
  writer.endObject()
}

func write(_ contradiction: Report.Contradiction, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.member("kind", contradiction.kind)
  writer.member("service", contradiction.service)
  writer.member("client", appending: contradiction.client.append)
  writer.member("front", appending: contradiction.front.append)
  writer.member("node", contradiction.node)
  writer.member("at", appending: contradiction.at.append)
  writer.key("placement")
  write(contradiction.placement, to: &writer)
  writer.key("stated")
  writer.beginObject()
  writer.member("pod", contradiction.statedPod)
  writer.member("seen_source", contradiction.statedSource?.description)
  writer.member("protocol", contradiction.language)
  writer.endObject()
  writer.member("because", contradiction.because)
  write(contradiction.evidence, to: &writer)
  writer.endObject()
}

private func write(_ undetermined: Report.Undetermined, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.key("modes")
  write(strings: undetermined.modes, to: &writer)
  writer.member("service", undetermined.service)
  writer.member("client", undetermined.client)
  writer.member("at", appending: undetermined.at.append)
  writer.member("needs", undetermined.needs)
  writer.endObject()
}

private func write(_ spot: Report.BlindSpot, to writer: inout JSONWriter) {
  writer.beginObject()
  writer.member("kind", spot.kind)
  writer.member("where", spot.location)
  writer.member("effect", spot.effect)
  writer.endObject()
}

private func write(strings: [String], to writer: inout JSONWriter) {
  writer.beginArray()
  for text in strings { writer.string(text) }
  writer.endArray()
}

private func write(_ value: Int?, to writer: inout JSONWriter) {
  if let value { writer.integer(value) } else { writer.null() }
}
