@testable import Affinity
import Wire

/// A report with something in every list: a flush that moved three sessions, a loss, names that try to break out of
/// markup, IPv6.
func sampleReport() -> Report {
  var report = Report()
  report.verdict = .fail
  report.capture.from = at(0)
  report.capture.to = at(8_000)
  var first = Report.NodeCoverage(name: "n1", files: ["dumps/n1.pcap"])
  (first.packets, first.sightings, first.dropped, first.clockOffset) = (
    1_590, 1_470, 12, .milliseconds(0)
  )
  var second = Report.NodeCoverage(name: "n2", files: ["dumps/n2.pcap"])
  (second.packets, second.sightings, second.truncated) = (810, 720, 3)
  report.capture.nodes = [first, second]
  report.matching.matched = [1_020, 60, 0, 0, 0]
  report.matching.ambiguous = 2
  report.services = [
    Report.ServiceReport(
      name: "default/udp-server",
      fronts: ["198.51.100.7:20001/udp", "[2001:db8:1b::7]:20001/udp"],
      externalTrafficPolicy: "Cluster",
      sessionAffinity: "None",
      verdicts: [
        verdict(
          "same-pod",
          .fail,
          "3 of 4 sessions moved to another pod while theirs was there",
          4,
          3,
          1
        ),
        verdict("same-seen-source", .inconclusive, "the capture of n2 begins late", 4, 0, 0),
        verdict(
          "source-preserved",
          .notPromised,
          "policy Cluster rewrites the source by design",
          0,
          0,
          4
        ),
        verdict("no-loss", .pass, "every datagram arrived", 90, 0, 0),
      ]
    ),
    Report.ServiceReport(name: "web/<script>alert(1)</script>", fronts: ["198.51.100.8:53/udp"]),
  ]
  let before = placement("10.244.3.2:20001", "default/s3", "n2", "192.168.99.11:42038", 0, 3_000)
  let after = placement("10.244.1.2:20001", "default/s1", "n1", "10.244.1.1:1025", 4_000, 8_000)
  for (index, client) in ["203.0.113.1:40000", "203.0.113.2:40000", "[2001:db8:cc::1]:40001"]
    .enumerated()
  {
    report.sessions.append(session(client, [before, after]))
    report.findings.append(finding("f\(index + 1)", client, before, after))
  }
  report.statements = Report.StatementSummary(sessions: 3, confirmed: 4, contradicted: 1)
  report.contradictions = [
    Report.Contradiction(
      kind: "seen-source",
      service: "default/udp-server",
      client: endpoint("203.0.113.1:40000"),
      front: endpoint("198.51.100.7:20001"),
      node: "n1",
      at: at(5_000),
      placement: after,
      statedPod: "s2<script>",
      statedSource: endpoint("10.244.1.1:1026"),
      language: "stun",
      because: "the pod says that it saw 10.244.1.1:1026; by the match it saw 10.244.1.1:1025",
      evidence: [
        Report.Evidence(file: "dumps/n1.pcap", frame: 900, role: "first answer that says so")
      ]
    )
  ]
  report.sessions.append(session("203.0.113.3:40000", [before]))
  var deaf = session("203.0.113.9:5353", [])
  deaf.front = endpoint("198.51.100.8:53")
  (deaf.service, deaf.lost) = ("web/<script>alert(1)</script>", 30)
  deaf.lostAt = [Report.Loss(hop: "ingress", node: "n1", datagrams: 30)]
  report.sessions.append(deaf)
  report.incidents = [
    Report.Incident(
      id: "i1",
      mode: "A2",
      modeClass: "violation",
      origin: "cluster",
      service: "default/udp-server",
      node: "n1",
      from: at(3_500),
      to: at(3_520),
      summary:
        "3 sessions moved at once on n1 while default/s3 at 10.244.3.2 was there: its NAT table was emptied",
      findings: ["f1", "f2", "f3"]
    )
  ]
  report.undetermined = [
    Report.Undetermined(
      modes: ["B7", "B14"],
      service: "web/<script>alert(1)</script>",
      client: "203.0.113.9:5353",
      at: at(1_000),
      needs: "conntrack counters of n1"
    )
  ]
  report.blindSpots = [
    Report.BlindSpot("capture-drops", at: "n1", "the capture dropped 12 packets")
  ]
  return report
}

/// So many milliseconds after the sample's beginning.
func at(_ milliseconds: Int64) -> Timestamp {
  Timestamp(nanoseconds: 1_795_220_481_000_000_000) + .milliseconds(milliseconds)
}

private func endpoint(_ text: String) -> Endpoint {
  Endpoint(text) ?? Endpoint(IPAddress(v4: 0), 0)
}

private func verdict(
  _ expectation: String,
  _ verdict: Report.Verdict,
  _ reason: String,
  _ checked: Int,
  _ violations: Int,
  _ explained: Int
) -> Report.ExpectationVerdict {
  Report.ExpectationVerdict(
    expectation: expectation,
    verdict: verdict,
    reason: reason,
    checked: checked,
    violations: violations,
    explained: explained
  )
}

private func placement(
  _ backend: String,
  _ pod: String,
  _ node: String,
  _ seen: String,
  _ from: Int64,
  _ to: Int64
) -> Report.Placement {
  Report.Placement(
    backend: endpoint(backend),
    pod: pod,
    node: node,
    ingressNode: "n1",
    seenSource: endpoint(seen),
    from: at(from),
    to: at(to),
    datagrams: 15,
    confidence: 1
  )
}

private func session(_ client: String, _ placements: [Report.Placement]) -> Report.Session {
  Report.Session(
    client: endpoint(client),
    front: endpoint("198.51.100.7:20001"),
    service: "default/udp-server",
    datagrams: 30,
    placed: 15 * placements.count,
    ambiguous: 0,
    lost: 0,
    replies: 15 * placements.count,
    placements: placements
  )
}

private func finding(
  _ id: String,
  _ client: String,
  _ was: Report.Placement,
  _ now: Report.Placement
) -> Report.Finding {
  Report.Finding(
    id: id,
    incident: "i1",
    mode: "A2",
    name: "proxy-restart-flush",
    modeClass: "violation",
    origin: "cluster",
    service: "default/udp-server",
    client: client,
    node: "n1",
    at: at(3_500),
    changed: ["backend", "seen_source"],
    was: was,
    now: now,
    confidence: 0.98,
    because: [
      "3 sessions of n1 moved within 20 ms",
      "10.244.3.2:20001 stayed an endpoint of default/udp-server",
    ],
    ruledOut: [
      Report.RuledOut("A17", "default/s3 did not leave"), Report.RuledOut("A1", "no gap of 30 s"),
    ],
    evidence: [
      Report.Evidence(file: "dumps/n1.pcap", frame: 118, role: "last to the old pod"),
      Report.Evidence(file: "dumps/n1.pcap", frame: 131, role: "first to the new pod"),
    ]
  )
}
