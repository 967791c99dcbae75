import Affinity
import JSONText
import Reporting
import TestSupport
import Testing
import Wire

/// What is told from one report of a watched cluster to the next.
@Suite struct ChronicleTests {
  /// The sample without its list of sessions, or with what of it had happened by then.
  static func sample(incidents: Int) -> Report {
    var report = sampleReport()
    report.incidents = Array(report.incidents.prefix(incidents))
    report.contradictions = []
    return report
  }

  static func words(_ events: [ChronicleEvent]) -> [String] {
    events.map { event in
      switch event {
      case .move(let session, _, let now): "move \(session.client) to \(now.pod ?? "?")"
      case .incident(let incident, _, let was):
        "incident \(incident.mode ?? "?")" + (was.map { ", was \($0.mode ?? "?")" } ?? "")
      case .contradiction(let one): "contradiction \(one.client) \(one.kind)"
      case .withdrawal(let incident, let successor):
        "withdrawal \(incident.mode ?? "?")"
          + (successor.map { ", of \($0.mode ?? "?") now" } ?? "")
      case .verdict(let was, let now): "verdict \(was?.rawValue ?? "-") \(now?.rawValue ?? "-")"
      }
    }
  }

  @Test func `moves are told at once and never again, the rest when two reports say it`() {
    var chronicle = Chronicle()
    let report = Self.sample(incidents: 1)
    #expect(
      Self.words(chronicle.note(report)) == [
        "move 203.0.113.1:40000 to default/s1", "move 203.0.113.2:40000 to default/s1",
        "move [2001:db8:cc::1]:40001 to default/s1",
      ]
    )
    #expect(!chronicle.hasTrouble)
    #expect(Self.words(chronicle.note(report)) == ["incident A2", "verdict - fail"])
    #expect(chronicle.hasTrouble)
    #expect(chronicle.note(report).isEmpty)
  }

  @Test func `what pods contradict is told first, and once`() {
    var chronicle = Chronicle()
    _ = chronicle.note(Self.sample(incidents: 1))
    var report = Self.sample(incidents: 1)
    report.contradictions = sampleReport().contradictions
    #expect(Self.words(chronicle.note(report)) == ["incident A2", "verdict - fail"])
    let events = chronicle.note(report)
    #expect(Self.words(events) == ["contradiction 203.0.113.1:40000 seen-source"])
    #expect(
      events[0].line().hasSuffix(
        " contradicted  203.0.113.1:40000 > 198.51.100.7:20001: "
          + "the pod says that it saw 10.244.1.1:1026; by the match it saw 10.244.1.1:1025"
      )
    )
    #expect(
      String(decoding: events[0].jsonLine, as: UTF8.self).contains(
        #""event":"contradiction","at":"#
      )
    )
    #expect(chronicle.note(report).isEmpty)
  }

  @Test func `what more packets tell differently is withdrawn`() {
    var chronicle = Chronicle()
    for _ in 0..<2 { _ = chronicle.note(Self.sample(incidents: 1)) }
    #expect(chronicle.note(Self.sample(incidents: 0)).isEmpty)
    #expect(Self.words(chronicle.note(Self.sample(incidents: 0))) == ["withdrawal A2"])
    #expect(!chronicle.hasTrouble)
  }

  @Test func `what more packets refine keeps its id, and is not withdrawn`() throws {
    var chronicle = Chronicle()
    for _ in 0..<2 { _ = chronicle.note(Self.sample(incidents: 1)) }
    var report = Self.sample(incidents: 1)
    report.incidents[0].mode = "A17"
    report.incidents[0].modeClass = "explained"
    #expect(chronicle.note(report).isEmpty)
    let refined = chronicle.note(report)
    #expect(Self.words(refined) == ["incident A17, was A2"])
    #expect(try #require(refined.first).line().hasSuffix(", told before as A2"))
    let line = try JSONValue(String(decoding: try #require(refined.first).jsonLine, as: UTF8.self))
    #expect(line["was"]?["mode"]?.string == "A2")
    #expect(line["was"]?["id"]?.string == line["incident"]?["id"]?.string)
    #expect(!chronicle.hasTrouble)
    #expect(chronicle.note(report).isEmpty)
    // The last report is believed at once, also in what it says no more.
    #expect(
      Self.words(chronicle.note(Self.sample(incidents: 0), isLast: true)) == ["withdrawal A17"]
    )
  }

  @Test func `what was told and is grouped anew is neither told again nor withdrawn`() throws {
    var chronicle = Chronicle()
    var report = Self.sample(incidents: 1)
    let ids = report.findings.filter { $0.incident == report.incidents[0].id }.map(\.id)
    try #require(ids.count > 1)
    report.incidents[0].findings = ids
    for _ in 0..<2 { _ = chronicle.note(report) }
    // The first one turns out to be another, and leaves the rest under a new id; then they follow.
    report.incidents.append(report.incidents[0])
    (report.incidents[0].mode, report.incidents[0].findings) = ("A17", [ids[0]])
    (report.incidents[1].id, report.incidents[1].findings) = ("I-rest", Array(ids[1...]))
    #expect(chronicle.note(report).isEmpty)
    #expect(Self.words(chronicle.note(report)) == ["incident A17, was A2"])
    #expect(chronicle.note(report).isEmpty)
    report.incidents.removeLast()
    report.incidents[0].findings = ids
    for _ in 0..<3 {
      #expect(Self.words(chronicle.note(report)).allSatisfy { $0 == "incident A17" })
    }
  }

  @Test func `an incident whose findings another one has is withdrawn, and says which`() throws {
    var chronicle = Chronicle()
    var report = Self.sample(incidents: 1)
    let ids = report.findings.filter { $0.incident == report.incidents[0].id }.map(\.id)
    try #require(ids.count >= 3)
    // A flush, half of which is understood at first.
    report.incidents.append(report.incidents[0])
    (report.incidents[0].id, report.incidents[0].findings) = ("I-all", Array(ids[2...]))
    (report.incidents[0].mode, report.incidents[0].modeClass) = (nil, "violation")
    (report.incidents[1].id, report.incidents[1].findings) = ("I-some", Array(ids[..<2]))
    _ = chronicle.note(report)
    #expect(Self.words(chronicle.note(report)).prefix(2) == ["incident A2", "incident ?"])
    report.incidents.removeLast()
    (report.incidents[0].mode, report.incidents[0].findings) = ("A2", ids)
    #expect(chronicle.note(report).isEmpty)
    let events = chronicle.note(report)
    #expect(Self.words(events) == ["incident A2, was ?", "withdrawal A2, of A2 now"])
    let withdrawal = try #require(events.last)
    #expect(
      withdrawal.line().contains(" withdrawn  A2: I-some is part of I-all now, A2 since ")
    )
    let line = try JSONValue(String(decoding: withdrawal.jsonLine, as: UTF8.self))
    #expect(line["incident"]?["id"]?.string == "I-some")
    #expect(line["successor"]?["id"]?.string == "I-all")
    #expect(line["successor"]?["findings"]?.array?.count == ids.count)
    #expect(chronicle.note(report).isEmpty)
    #expect(chronicle.hasTrouble)

    // Under a third id it is the same one: who knows the second is told so, and in the end that it is none.
    report.incidents[0].id = "I-other"
    #expect(chronicle.note(report).isEmpty)
    #expect(Self.words(chronicle.note(report)) == ["withdrawal A2, of A2 now"])
    #expect(chronicle.note(report).isEmpty)
    #expect(
      Self.words(chronicle.note(Self.sample(incidents: 0), isLast: true)) == ["withdrawal A2"]
    )
  }

  @Test func `an incident whose time is corrected a little is the same one`() {
    var chronicle = Chronicle()
    var report = Self.sample(incidents: 1)
    _ = chronicle.note(report)
    report.incidents[0].from = report.incidents[0].from + .microseconds(1)
    #expect(Self.words(chronicle.note(report)) == ["incident A2", "verdict - fail"])
    for _ in 0..<3 {
      report.incidents[0].from = report.incidents[0].from + .microseconds(1)
      #expect(chronicle.note(report).isEmpty)
    }
  }

  @Test func `the last report is told whole`() {
    var chronicle = Chronicle()
    let told = Self.words(chronicle.note(Self.sample(incidents: 1), isLast: true))
    #expect(told.suffix(2) == ["incident A2", "verdict - fail"])
  }

  @Test func `lines are for people, without what could move a cursor`() {
    var chronicle = Chronicle()
    var report = Self.sample(incidents: 1)
    report.incidents[0].summary = "\u{1b}[2Jgone"
    let events = chronicle.note(report, isLast: true)
    #expect(
      events[0].line().hasSuffix(
        " moved  203.0.113.1:40000 > 198.51.100.7:20001: default/s3 seeing 192.168.99.11:42038 "
          + "became default/s1 seeing 10.244.1.1:1025"
      )
    )
    let text = events.map { $0.line() }.joined()
    #expect(text.contains("\u{fffd}[2Jgone"))
    #expect(!text.contains("\u{1b}"))
  }
}
