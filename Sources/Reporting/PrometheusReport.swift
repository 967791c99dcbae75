public import Affinity
public import Metrics
internal import Wire

/// The numbers of a report in Prometheus' text exposition format (0.0.4).
public func prometheusReport(_ report: Report) -> String {
  var page = Exposition()
  page.add(report, of: .whole)
  return page.text
}

/// What a report is of.
public enum ReportExtent: Sendable {
  /// All of something that is over: what it counts stays so, and grows with the next one.
  case whole
  /// The last hour or so of what goes on: what it counts comes and goes.
  case window
}

extension Exposition {
  /// Adds what a report counts.
  ///
  /// Of a window these are gauges named `stickler_window_…`, since a counter that falls would
  /// be taken for one that began anew; what agents and collectors count themselves is not repeated.
  public mutating func add(_ report: Report, of extent: ReportExtent) {
    add(verdictsOf: report, extent)
    add(captureOf: report, extent)
    add(servicesOf: report, extent)
    add(findingsOf: report, extent)
  }

  private mutating func count(
    _ name: String,
    _ extent: ReportExtent,
    _ help: String,
    _ samples: [(labels: Labels, value: String)]
  ) {
    switch extent {
    case .whole: metric("\(name)_total", .counter, help, samples)
    case .window: metric("window_\(name)", .gauge, "\(help) In the window.", samples)
    }
  }

  // MARK: What a report counts

  private mutating func add(verdictsOf report: Report, _ extent: ReportExtent) {
    let all: [Report.Verdict] = [.pass, .fail, .inconclusive, .notPromised]
    metric(
      "verdict",
      .gauge,
      "1 for the verdict over all services, 0 for the others.",
      all.map { (["verdict": $0.rawValue], report.verdict == $0 ? "1" : "0") }
    )
    let promises = report.services.flatMap { service in
      service.verdicts.map { (service: service.label, $0) }
    }
    metric(
      "promise_verdict",
      .gauge,
      "1 for the verdict on each promise of each service, 0 for the others.",
      promises.flatMap { service, promise in
        all.map { verdict in
          (
            ["service": service, "expectation": promise.expectation, "verdict": verdict.rawValue],
            promise.verdict == verdict ? "1" : "0"
          )
        }
      }
    )
    let counts: [(String, String, (Report.ExpectationVerdict) -> Int)] = [
      ("promise_checked", "Sessions or clients that a promise was checked on.", \.checked),
      ("promise_violations", "Times that a promise was broken.", \.violations),
      ("promise_explained", "Changes that break no promise.", \.explained),
    ]
    for (name, help, value) in counts {
      count(
        name,
        extent,
        help,
        promises.map { service, promise in
          (["service": service, "expectation": promise.expectation], "\(value(promise))")
        }
      )
    }
  }

  private mutating func add(captureOf report: Report, _ extent: ReportExtent) {
    let nodes = report.capture.nodes
    let counts: [(String, String, (Report.NodeCoverage) -> Int?)] = [
      ("packets", "Frames read.", { $0.packets }),
      ("sightings", "Datagrams seen, once for each place.", { $0.sightings }),
      ("malformed", "Frames that could not be decoded.", { $0.malformed }),
      ("truncated", "Frames cut by the snap length.", { $0.truncated }),
      ("capture_dropped", "Frames that the capture lost, where it says so.", { $0.dropped }),
    ]
    for (name, help, value) in counts {
      count(
        name,
        extent,
        help,
        nodes.compactMap { node in value(node).map { (["node": node.name], "\($0)") } }
      )
    }
    metric(
      "clock_offset_seconds",
      .gauge,
      "How far a node's clock is ahead of the first node's.",
      nodes.compactMap { node in
        node.clockOffset.map { (["node": node.name], "\(Double($0.nanoseconds) / 1e9)") }
      }
    )
    count(
      "matched",
      extent,
      "Datagrams found again behind a translation, by the tier that proved it.",
      report.matching.matched.enumerated().map { (["tier": "T\($0.offset + 1)"], "\($0.element)") }
    )
    let outcomes = [
      ("ambiguous", report.matching.ambiguous), ("unmatched", report.matching.unmatched),
      ("evicted", report.matching.evicted),
    ]
    count(
      "unfollowed",
      extent,
      "Datagrams that were not followed, and why.",
      outcomes.map { (["reason": $0.0], "\($0.1)") }
    )
  }

  private mutating func add(servicesOf report: Report, _ extent: ReportExtent) {
    let totals = SessionTotals(report)
    let tallies = report.services.map { ($0.label, totals.tally(ofFronts: $0.fronts)) }
    let counts: [(String, String, (SessionTotals.Tally) -> Int)] = [
      ("sessions", "Client endpoints that talked to a service.", \.sessions),
      ("sessions_moved", "Sessions with more than one placement.", \.moved),
      ("datagrams", "Datagrams from clients, each once.", \.datagrams),
      ("placed", "Datagrams whose pod is known.", \.placed),
      ("lost", "Datagrams that did not reach the next hop.", \.lost),
      ("replies", "Datagrams back to clients.", \.replies),
    ]
    for (name, help, value) in counts {
      count(name, extent, help, tallies.map { (["service": $0.0], "\(value($0.1))") })
    }
  }

  private mutating func add(findingsOf report: Report, _ extent: ReportExtent) {
    func sorted(_ counts: [[String]: Int]) -> [(labels: Labels, value: String)] {
      counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, count in
        (["mode": key[0], "class": key[1]], "\(count)")
      }
    }
    var incidents: [[String]: Int] = [:]
    for one in report.incidents { incidents[[one.mode ?? "", one.modeClass], default: 0] += 1 }
    var findings: [[String]: Int] = [:]
    for one in report.findings { findings[[one.mode ?? "", one.modeClass], default: 0] += 1 }
    count("incidents", extent, "Incidents by failure mode.", sorted(incidents))
    count("findings", extent, "Findings by failure mode.", sorted(findings))
    count(
      "undetermined",
      extent,
      "Changes whose cause could not be told.",
      [([:], "\(report.undetermined.count)")]
    )
    count(
      "placements_stated",
      extent,
      "Placements of which pods themselves said where they were, by whether it fits.",
      [
        (["outcome": "confirmed"], "\(report.statements.confirmed)"),
        (["outcome": "contradicted"], "\(report.statements.contradicted)"),
      ]
    )
    metric(
      "blind_spots",
      .gauge,
      "What the capture could not have shown.",
      [([:], "\(report.blindSpots.count)")]
    )
  }
}

extension Report.ServiceReport {
  /// Its name, or the front that stands for it.
  var label: String { name ?? fronts.first ?? "" }
}
