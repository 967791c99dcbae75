public import Affinity
internal import JSONText
internal import Wire

/// A report as one page that needs nothing else: no network, no other file.
///
/// The page holds the report as JSON and draws it by script. Of a very large report it holds the sessions with findings
/// and then the first others, up to `most`, and says so; its totals are always those of all. Where a collector serves it,
/// it also listens to what happens (`/api/v1/events`), and says when there is something new.
public func writeHTML<E>(
  _ report: Report,
  events: [ClusterEvent] = [],
  most: Int = 20_000,
  isServed: Bool = false,
  drain: ([UInt8]) throws(E) -> Void
) throws(E) {
  let head = PageMarkup.head(connects: isServed)
  let body = PageMarkup.body(live: isServed ? PageMarkup.live : "")
  try drain(Array((head + pageStyle + body).utf8))
  try writeJSON(report.reduced(to: most), style: .compact) { bytes throws(E) in
    try drain(embedded(bytes))
  }
  try drain(Array(PageMarkup.between.utf8))
  try drain(embedded(extra(report, events)))
  let scripts =
    [
      pageModelScript, pageSummaryScript, pageDetailsScript, pageRowsScript, pageLanesScript,
      pageControlsScript,
    ] + (isServed ? [pageLiveScript] : [])
  try drain(Array((PageMarkup.scripts + scripts.joined(separator: "\n") + PageMarkup.end).utf8))
}

/// JSON that cannot end the element it stands in: a `<` is only ever part of a string, where it may be escaped.
private func embedded(_ json: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(json.count)
  for byte in json {
    if byte == UInt8(ascii: "<") {
      result += Array("\\u003c".utf8)
    } else {
      result.append(byte)
    }
  }
  return result
}

/// What the page shows and the report does not hold.
private func extra(_ report: Report, _ events: [ClusterEvent]) -> [UInt8] {
  let all = SessionTotals(report).all
  var json = JSONWriter(.compact)
  json.object { json in
    json.member("headline", report.headline)
    json.key("totals")
    json.object { json in
      json.member("sessions", all.sessions)
      json.member("moved", all.moved)
      json.member("datagrams", all.datagrams)
      json.member("placed", all.placed)
      json.member("lost", all.lost)
      json.member("incidents", report.incidents.count)
      json.member("findings", report.findings.count)
    }
    json.key("events")
    json.array { json in
      for event in events.prefix(500) {
        json.object { json in
          json.member("after", event.after?.description)
          json.member("before", event.before?.description)
          json.member("text", event.text)
        }
      }
    }
  }
  return json.bytes
}

extension Report {
  /// At most so many sessions and findings: what broke a promise before what did not.
  fileprivate func reduced(to most: Int) -> Report {
    guard sessions.count > most || findings.count > most else { return self }
    var report = self
    report.contradictions = Array(contradictions.prefix(most))
    if findings.count > most {
      let broken = findings.filter { $0.modeClass != "explained" }
      let kept = Set(
        (broken + findings.filter { $0.modeClass == "explained" }).prefix(most).map(\.id)
      )
      report.findings = findings.filter { kept.contains($0.id) }
    }
    if sessions.count > most {
      let clients = Set(report.findings.filter { $0.modeClass != "explained" }.compactMap(\.client))
      func isNotable(_ session: Session) -> Bool {
        session.placements.count > 1 || session.lost > 0
          || clients.contains(session.client.description)
      }
      var room = most - min(most, sessions.count { isNotable($0) })
      var notable = most
      report.sessions = sessions.filter { session in
        if isNotable(session) {
          notable -= 1
          return notable >= 0
        }
        room -= 1
        return room >= 0
      }
    }
    return report
  }
}
