import Affinity
import Collector
import HTTPService
import JSONText
import Metrics
import Reporting
import System
import TestSupport
import Testing
import Wire

/// What a collector tells by HTTP.
struct APITests {
  @Test func `the report is the one that analyze prints, and is sent once`() throws {
    let report = try ServedReport.report()
    let served = try ServedReport(report)
    var bytes: [UInt8] = []
    writeJSON(report) { (some: [UInt8]) throws(Never) in bytes += some }
    let answer = try served.get("/api/v1/report")
    #expect(answer.status == 200)
    #expect(answer.body == String(decoding: bytes, as: UTF8.self))
    #expect(answer.tag == "\"1795220481000000000-1\"")
    let again = ["-H", "If-None-Match: \(answer.tag)"]
    #expect(try served.get("/api/v1/report", again).status == 304)
    served.state.withLock { $0.latest = ServedReport.made(report, 2) }
    #expect(try served.get("/api/v1/report", again).status == 200)
    let stored = try StoredReport(
      json: Array(try served.get("/api/v1/report?form=stored").body.utf8)
    )
    #expect(stored.report.findings == report.findings)
  }

  @Test func `before the first report there is none, and the page is there`() throws {
    let served = try ServedReport(nil)
    for path in ["report", "services", "sessions", "findings", "incidents", "findings/F-1"] {
      let answer = try served.get("/api/v1/\(path)")
      #expect(answer.status == 503)
      #expect(answer.body.contains("there is no report yet"))
    }
    #expect(try served.get("/").status == 200)
    #expect(try served.get("/readyz").status == 200)
    #expect(try served.json("/api/v1/nodes")["items"]?.array?.count == 2)
  }

  @Test(arguments: [
    ("sessions", 12), ("sessions?pod=default/s1", 6), ("sessions?node=n3", 8),
    ("sessions?client=203.0.113.2", 4), ("sessions?client=203.0.113.2:40001", 1),
    ("sessions?moved=true", 12), ("sessions?moved=false", 0), ("sessions?broken=true", 12),
    ("sessions?broken=false", 0), ("sessions?since=2026-11-21T16:52:57.4Z", 1),
    ("sessions?service=default/udp-server&client=203.0.113.1", 4), ("sessions?service=none", 0),
    ("findings", 14), ("findings?class=violation", 12), ("findings?mode=C1", 2),
    ("findings?client=203.0.113.1", 5), ("findings?since=2026-11-21T16:52:55Z", 4),
    ("incidents", 2), ("incidents?mode=A2", 1), ("incidents?class=explained&node=n1", 1),
    ("incidents?node=n2", 0), ("services", 1), ("services?service=none", 0), ("nodes", 4),
  ])
  func `lists have what is asked for`(path: String, count: Int) throws {
    let list = try ServedReport(ServedReport.report()).json("/api/v1/\(path)")
    #expect(list["items"]?.array?.count == count)
    #expect(list["total"] == .integer(Int64(count)))
    #expect(list["next"] == .null)
  }

  @Test(arguments: [("sessions", "client"), ("findings", "id"), ("incidents", "id")])
  func `pages give each item once, in order`(name: String, key: String) throws {
    let served = try ServedReport(ServedReport.report())
    let all = try served.json("/api/v1/\(name)")["items"]?.array ?? []
    var (pages, cursor): ([JSONValue], String?) = ([], "")
    while let next = cursor, pages.count <= all.count {
      let path = "/api/v1/\(name)?limit=1" + (next.isEmpty ? "" : "&cursor=\(next)")
      let page = try served.json(path)
      #expect(page["items"]?.array?.count == 1)
      #expect(page["total"] == .integer(Int64(all.count)))
      pages += page["items"]?.array ?? []
      cursor = page["next"]?.string
    }
    #expect(pages == all)
    #expect(Set(pages.compactMap { $0[key]?.string }).count == all.count)
  }

  @Test func `a cursor holds when what it names has gone`() throws {
    var report = try ServedReport.report()
    let served = try ServedReport(report)
    let first = try served.json("/api/v1/findings?limit=3")
    let cursor = try #require(first["next"]?.string)
    let expected = report.findings[3].id
    report.findings.remove(at: 2)
    served.state.withLock { $0.latest = ServedReport.made(report, 2) }
    let second = try served.json("/api/v1/findings?limit=3&cursor=\(cursor)")
    #expect(second["items"]?.array?.first?["id"]?.string == expected)
  }

  @Test(arguments: [
    ("sessions?limit=0", "limit"), ("sessions?limit=x", "limit"), ("sessions?cursor=x", "cursor"),
    ("findings?cursor=1", "cursor"), ("sessions?client=x", "client"), ("findings?since=x", "since"),
    ("sessions?moved=1", "moved"), ("report?form=x", "form"), ("services?limit=1", "limit"),
    ("findings?mode=Z9", "mode"), ("incidents?mode=a2", "mode"),
    ("findings?class=violatio", "class"),
    ("incidents?class=", "class"),
  ])
  func `what a parameter has to be is told`(path: String, name: String) throws {
    let answer = try ServedReport(ServedReport.report()).get("/api/v1/\(path)")
    #expect(answer.status == 400)
    #expect(try JSONValue(answer.body)["error"]?.string?.contains(name) == true)
  }

  @Test func `what a mode or a class may be is told where it is none`() throws {
    let served = try ServedReport(ServedReport.report())
    func advice(_ path: String) throws -> String {
      try JSONValue(served.get("/api/v1/\(path)").body)["what_to_do"]?.string ?? ""
    }
    #expect(try advice("findings?mode=Z9").hasPrefix("mode is one of A1, A2, A3, "))
    #expect(
      try advice("incidents?class=no")
        == "class is one of explained, loss, security, source, violation"
    )
  }

  @Test func `evidence says why there is none`() throws {
    let report = try ServedReport.report()
    let served = try ServedReport(report)
    let known = try served.get("/api/v1/evidence/\(report.findings[0].id).pcapng")
    #expect(known.status == 404)
    #expect(known.body.contains("no packets of this finding are kept"))
    #expect(try served.get("/api/v1/evidence/F-0.pcapng").body.contains("no such finding"))
  }

  @Test func `what was told before is asked of the history`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/history.db"
    let report = try ServedReport.report()
    var store = try HistoryStore(path: path)
    try store.record(
      ServedReport.made(report, 1),
      [NodeState(name: "n1")],
      rememberedSince: ServedReport.start + .seconds(-3_600)
    )
    let served = try ServedReport(nil, database: path)
    let findings = try served.json("/api/v1/history/findings?mode=A2&limit=5")
    #expect(findings["items"]?.array?.count == 5)
    #expect(findings["items"]?.array?.first?["finding"]?["mode"] == .string("A2"))
    #expect(findings["next"] == .string("5"))
    let rest = try served.json("/api/v1/history/findings?mode=A2&limit=100&cursor=5")
    #expect(rest["items"]?.array?.count == 7)
    #expect(rest["next"] == .null)
    #expect(try served.json("/api/v1/history/sessions")["items"]?.array?.count == 12)
    #expect(try served.json("/api/v1/history/incidents")["items"]?.array?.count == 2)
    let verdicts = try served.json("/api/v1/history/verdicts?service=default/udp-server")
    #expect(verdicts["items"]?.array?.isEmpty == false)
    #expect(try ServedReport(report).get("/api/v1/history/findings").status == 404)
  }

  @Test func `listeners are told what happened and that there is a report, once`() throws {
    let served = try ServedReport(ServedReport.report())
    let report = try ServedReport.report()
    var chronicle = Chronicle()
    served.state.withLock { state in
      state.add(chronicle.note(report, isLast: true), at: ServedReport.start)
    }
    served.service.note()
    served.service.note()
    let listener = try Command(
      "curl",
      [
        "-sN", "--max-time", "2", "-H", "Last-Event-ID: 0",
        "http://\(served.service.endpoint)/api/v1/events",
      ]
    )
    let told = listener.output.split(separator: "\n").filter { $0.hasPrefix("event: ") }
    let moves = report.sessions.reduce(0) { $0 + max(0, $1.placements.count - 1) }
    #expect(told.count { $0 == "event: move" } == moves)
    #expect(told.count { $0 == "event: incident" } == report.incidents.count)
    #expect(told.count { $0 == "event: verdict" } == 1)
    #expect(told.last == "event: report")
    #expect(told.count { $0 == "event: report" } == 1)
  }
}
