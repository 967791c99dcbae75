public import Affinity
internal import Wire

/// A report as JUnit's XML: a suite for each service, a case for each of its expectations.
///
/// A broken promise is a failure, one that could not be checked an error: both make a build red, as both exit codes do.
public func junitReport(_ report: Report) -> String {
  let all = PromiseCounts(report)
  let skipped = report.services.flatMap(\.verdicts).count - all.total
  var xml = XMLText()
  xml.begin(
    "testsuites",
    [
      "name": "stickler", "tests": "\(all.total + skipped + report.forbidden.count)",
      "failures": "\(all.broken + report.forbidden.count)",
      "errors": "\(all.unclear)", "skipped": "\(skipped)",
    ]
  )
  for service in report.services { xml.add(service, of: report) }
  xml.add(forbiddenOf: report)
  xml.end("testsuites")
  return xml.text
}

extension XMLText {
  /// What `--fail-on` names has no expectation whose case it could be.
  fileprivate mutating func add(forbiddenOf report: Report) {
    guard !report.forbidden.isEmpty else { return }
    let count = "\(report.forbidden.count)"
    begin("testsuite", ["name": "--fail-on", "tests": count, "failures": count])
    for mode in report.forbidden {
      begin("testcase", ["classname": "--fail-on", "name": Catalogue.title(mode)])
      element(
        "failure",
        ["type": "forbidden", "message": "\(Catalogue.title(mode)) was found"],
        report.incidents.filter { $0.mode == mode }.map(\.line).joined(separator: "\n")
      )
      end("testcase")
    }
    end("testsuite")
  }

  fileprivate mutating func add(_ service: Report.ServiceReport, of report: Report) {
    let name = service.name ?? service.fronts.first ?? "unknown"
    func count(_ verdict: Report.Verdict) -> String {
      "\(service.verdicts.count { $0.verdict == verdict })"
    }
    begin(
      "testsuite",
      [
        "name": name, "tests": "\(service.verdicts.count)", "failures": count(.fail),
        "errors": count(.inconclusive), "skipped": count(.notPromised),
        "timestamp": report.capture.from.map { String($0.description.prefix(19)) } ?? "",
      ]
    )
    for verdict in service.verdicts {
      let attributes: KeyValuePairs = ["classname": name, "name": verdict.expectation]
      guard verdict.verdict != .pass else {
        element("testcase", attributes)
        continue
      }
      begin("testcase", attributes)
      switch verdict.verdict {
      case .pass: break
      case .fail:
        let incidents = report.incidents.filter {
          $0.modeClass != "explained" && ($0.service == nil || $0.service == service.name)
        }
        element(
          "failure",
          ["type": "violation", "message": verdict.reason],
          incidents.map(\.line).joined(separator: "\n")
        )
      case .inconclusive:
        element("error", ["type": "inconclusive", "message": verdict.reason])
      case .notPromised: element("skipped", ["message": verdict.reason])
      }
      end("testcase")
    }
    end("testsuite")
  }
}

extension Report.Incident {
  /// `A2 on n1 at 06:49:09.123: 12 clients moved ... (12 findings)`.
  fileprivate var line: String {
    let place = node.map { " on \($0)" } ?? ""
    return "\(mode ?? "cause undetermined")\(place) at \(from.clock): \(summary) "
      + "(\(counted(findings.count, "finding")))"
  }
}
