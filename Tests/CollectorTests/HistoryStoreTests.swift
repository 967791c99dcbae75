import Affinity
import Collector
import Reporting
import TestSupport
import Testing
import Wire

/// What happened is kept in a file, whatever happens to the process or to the file.
@Suite struct HistoryStoreTests {
  private static func time(_ seconds: Int64) -> Timestamp {
    Timestamp(nanoseconds: 1_795_220_481_000_000_000) + .seconds(seconds)
  }

  /// A report of some sessions, the first `moved` of which have a finding.
  private static func made(
    sessions: Int,
    moved: Int,
    at seconds: Int64,
    _ verdict: Report.Verdict = .fail
  ) -> MadeReport {
    var report = Report()
    report.verdict = verdict
    var service = Report.ServiceReport(fronts: ["198.51.100.7:53/udp"])
    service.name = "default/dns"
    service.verdicts = [Report.ExpectationVerdict(verdict, of: "same-pod")]
    report.services = [service]
    for index in 0..<sessions {
      let client = Endpoint(IPAddress(v4: 0xcb00_7101), UInt16(40_000 + index))
      let front = Endpoint(IPAddress(v4: 0xc633_6407), 53)
      var session = Report.Session(of: client, with: front)
      session.service = "default/dns"
      report.sessions.append(session)
      guard index < moved else { continue }
      var finding = Report.Finding(id: "f\(index)", at: time(Int64(index)))
      (finding.mode, finding.modeClass, finding.service) = ("A2", "violation", "default/dns")
      finding.client = client.description
      report.findings.append(finding)
    }
    return MadeReport(
      report,
      clusterEvents: [],
      number: 1,
      madeAt: time(seconds),
      effort: .milliseconds(1)
    )
  }

  @Test func `what reports told is there when it is opened again`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/history.db"
    do {
      var store = try HistoryStore(path: path)
      let report = Self.made(sessions: 5, moved: 3, at: 100)
      try store.record(report, [NodeState(name: "n1")], rememberedSince: Self.time(0))
      let next = Self.made(sessions: 5, moved: 2, at: 101, .pass)
      try store.record(next, [NodeState(name: "n1")], rememberedSince: Self.time(0))
    }
    let reader = try HistoryReader(path: path)
    var query = HistoryQuery()
    let findings = try reader.findings(query)
    #expect(findings.count == 3)
    #expect(findings.map(\.withdrawn) == [Self.time(101), nil, nil])
    #expect(String(decoding: findings[2].json, as: UTF8.self).contains(#""id":"f0""#))
    #expect(try reader.sessions(query).count == 5)
    query.limit = 2
    query.offset = 4
    #expect(try reader.sessions(query).count == 1)
    #expect(try reader.verdicts(HistoryQuery()).map(\.verdict) == ["pass", "fail"])
    #expect(try reader.latestReport()?.report.findings.count == 2)
  }

  @Test func `a query finds what fits and nothing else`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/history.db"
    var store = try HistoryStore(path: path)
    try store.record(Self.made(sessions: 4, moved: 4, at: 9), [], rememberedSince: Self.time(0))
    let reader = try HistoryReader(path: path)
    var query = HistoryQuery()
    query.client = "203.0.113.1:40002"
    #expect(try reader.findings(query).count == 1)
    query.mode = "A2"
    #expect(try reader.findings(query).count == 1)
    query.mode = "A3"
    #expect(try reader.findings(query).isEmpty)
    query = HistoryQuery()
    query.service = "x' OR 1 --"
    #expect(try reader.findings(query).isEmpty)
    query = HistoryQuery()
    (query.from, query.to) = (Self.time(1), Self.time(2))
    #expect(try reader.findings(query).count == 2)
    query = HistoryQuery()
    // Sessions are of clients, not of nodes: none is of this one.
    query.node = "n1"
    #expect(try reader.sessions(query).isEmpty)
  }

  @Test func `what nobody has told for long goes`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/history.db"
    var store = try HistoryStore(path: path)
    try store.record(Self.made(sessions: 5, moved: 3, at: 100), [], rememberedSince: Self.time(50))
    try store.record(Self.made(sessions: 2, moved: 0, at: 200), [], rememberedSince: Self.time(50))
    try store.prune(before: Self.time(150))
    let reader = try HistoryReader(path: path)
    #expect(try reader.findings(HistoryQuery()).isEmpty)
    #expect(try reader.sessions(HistoryQuery()).isEmpty)
    #expect(try reader.latestReport()?.report.sessions.count == 2)
  }

  @Test func `a file of something else is refused and stays as it is`() throws {
    let folder = try TemporaryFolder()
    let text = Array("so long, and thanks for all the fish, said the dolphins as they left".utf8)
    let path = try folder.write("other.db", text)
    let error = #expect(throws: StoreError.self) { _ = try HistoryStore(path: path) }
    #expect(
      error?.description
        == "\(path): this is no SQLite database; nothing was written to it; name another file, or move this one away"
    )
    #expect(try TestSupport.text(ofFile: path) == String(decoding: text, as: UTF8.self))
  }

  @Test func `another program's database is refused`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/other.db"
    do {
      let other = try Database(path: path, for: .readingAndWriting)
      try other.execute("CREATE TABLE dolphins (name TEXT)")
    }
    let error = #expect(throws: StoreError.self) { _ = try HistoryStore(path: path) }
    #expect(error?.reason == "a database of another program")
    let other = try Database(path: path, for: .reading)
    #expect(try other.number("SELECT count(*) FROM sqlite_schema") == 1)
  }

  @Test(arguments: [100, 4_096, 10_000, 30_000, 60_000])
  func `a file that was cut is refused, or read as far as it is whole`(length: Int) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/history.db"
    do {
      var store = try HistoryStore(path: path)
      let report = Self.made(sessions: 2_000, moved: 200, at: 100)
      try store.record(report, [], rememberedSince: Self.time(0))
    }
    #expect(try Command("truncate", ["-s", "\(length)", path]).status == 0)
    let error = #expect(throws: StoreError.self) {
      var store = try HistoryStore(path: path)
      let report = Self.made(sessions: 2_000, moved: 200, at: 101)
      try store.record(report, [], rememberedSince: Self.time(0))
    }
    #expect(error?.description.hasPrefix("\(path): ") == true)
    let size = try Command("stat", ["-c", "%s", path]).output
    #expect(size == "\(length)\n", "nothing was written to it")
  }

  @Test func `a folder that is not there is told`() {
    let error = #expect(throws: StoreError.self) {
      _ = try HistoryStore(path: "/tmp/there-is-no-such-folder/history.db")
    }
    #expect(error?.advice == "is its folder there?")
  }
}
