public import Affinity
internal import Wire

/// The numbers of a report in Prometheus' text exposition format (0.0.4).
public func prometheusReport(_ report: Report) -> String {
  var page = Exposition()
  page.add(verdictsOf: report)
  page.add(captureOf: report)
  page.add(servicesOf: report)
  page.add(findingsOf: report)
  return page.text
}

/// Metrics one after the other: a metric's help and type stand once, before all of its samples.
private struct Exposition {
  private(set) var text = ""

  enum Kind: String { case counter, gauge }

  typealias Labels = KeyValuePairs<String, String>

  mutating func metric(
    _ name: String,
    _ kind: Kind,
    _ help: String,
    _ samples: [(labels: Labels, value: String)]
  ) {
    guard !samples.isEmpty else { return }
    text += "# HELP stickler_\(name) \(help)\n# TYPE stickler_\(name) \(kind.rawValue)\n"
    for sample in samples {
      let labels = sample.labels.map { "\($0.key)=\"\(escaped($0.value))\"" }.joined(separator: ",")
      text += "stickler_\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
    }
  }

  private func escaped(_ value: String) -> String {
    var result = ""
    for character in value.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  // MARK: What a report counts

  mutating func add(verdictsOf report: Report) {
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
      ("promise_checked_total", "Sessions or clients that a promise was checked on.", \.checked),
      ("promise_violations_total", "Times that a promise was broken.", \.violations),
      ("promise_explained_total", "Changes that break no promise.", \.explained),
    ]
    for (name, help, value) in counts {
      metric(
        name,
        .counter,
        help,
        promises.map { service, promise in
          (["service": service, "expectation": promise.expectation], "\(value(promise))")
        }
      )
    }
  }

  mutating func add(captureOf report: Report) {
    let nodes = report.capture.nodes
    let counts: [(String, String, (Report.NodeCoverage) -> Int?)] = [
      ("packets_total", "Frames read.", { $0.packets }),
      ("sightings_total", "Datagrams seen, once for each place.", { $0.sightings }),
      ("malformed_total", "Frames that could not be decoded.", { $0.malformed }),
      ("truncated_total", "Frames cut by the snap length.", { $0.truncated }),
      ("capture_dropped_total", "Frames that the capture lost, where it says so.", { $0.dropped }),
    ]
    for (name, help, value) in counts {
      metric(
        name,
        .counter,
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
    metric(
      "matched_total",
      .counter,
      "Datagrams found again behind a translation, by the tier that proved it.",
      report.matching.matched.enumerated().map { (["tier": "T\($0.offset + 1)"], "\($0.element)") }
    )
    let outcomes = [
      ("ambiguous", report.matching.ambiguous), ("unmatched", report.matching.unmatched),
      ("evicted", report.matching.evicted),
    ]
    metric(
      "unfollowed_total",
      .counter,
      "Datagrams that were not followed, and why.",
      outcomes.map { (["reason": $0.0], "\($0.1)") }
    )
  }

  mutating func add(servicesOf report: Report) {
    let totals = SessionTotals(report)
    let tallies = report.services.map { ($0.label, totals.tally(ofFronts: $0.fronts)) }
    let counts: [(String, String, (SessionTotals.Tally) -> Int)] = [
      ("sessions_total", "Client endpoints that talked to a service.", \.sessions),
      ("sessions_moved_total", "Sessions with more than one placement.", \.moved),
      ("datagrams_total", "Datagrams from clients, each once.", \.datagrams),
      ("placed_total", "Datagrams whose pod is known.", \.placed),
      ("lost_total", "Datagrams that did not reach the next hop.", \.lost),
      ("replies_total", "Datagrams back to clients.", \.replies),
    ]
    for (name, help, value) in counts {
      metric(name, .counter, help, tallies.map { (["service": $0.0], "\(value($0.1))") })
    }
  }

  mutating func add(findingsOf report: Report) {
    func sorted(_ counts: [[String]: Int]) -> [(labels: Labels, value: String)] {
      counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, count in
        (["mode": key[0], "class": key[1]], "\(count)")
      }
    }
    var incidents: [[String]: Int] = [:]
    for one in report.incidents { incidents[[one.mode ?? "", one.modeClass], default: 0] += 1 }
    var findings: [[String]: Int] = [:]
    for one in report.findings { findings[[one.mode ?? "", one.modeClass], default: 0] += 1 }
    metric("incidents_total", .counter, "Incidents by failure mode.", sorted(incidents))
    metric("findings_total", .counter, "Findings by failure mode.", sorted(findings))
    metric(
      "undetermined_total",
      .counter,
      "Changes whose cause could not be told.",
      [([:], "\(report.undetermined.count)")]
    )
    metric(
      "placements_stated_total",
      .counter,
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
