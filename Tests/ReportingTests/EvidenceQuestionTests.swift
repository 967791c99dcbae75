import Affinity
import Reporting
import TestSupport
import Testing
import Wire

/// What is asked for of a finding's packets.
@Suite struct EvidenceQuestionTests {
  private static let noon = Timestamp(nanoseconds: 1_795_262_400_000_000_000)
  private static let front = Endpoint(IPAddress(v4: 0xc633_6407), 20_001)
  private static let first = Endpoint(IPAddress(v4: 0x0af4_0102), 20_001)
  private static let second = Endpoint(IPAddress(v4: 0x0af4_0302), 20_001)
  private static let any = Endpoint(IPAddress(v4: 0), 0)

  private static func client(_ port: UInt16) -> Endpoint {
    Endpoint(IPAddress(v4: 0xcb00_7101), port)
  }
  private static func seen(_ port: UInt16) -> Endpoint {
    Endpoint(IPAddress(v4: 0xc0a8_630b), port)
  }

  /// A report whose parts are taken for those of these tests.
  private static let sample: Report? = {
    let path = "\(Program.root)/captures/A2-proxy-restart-flush/expected-report.json"
    guard let text = try? text(ofFile: path) else { return nil }
    return try? StoredReport(json: Array(text.utf8)).report
  }()

  private static func placement(
    _ backend: Endpoint,
    _ source: Endpoint,
    _ from: Int64,
    _ to: Int64
  ) throws -> Report.Placement {
    var one = try #require(sample?.sessions.first { !$0.placements.isEmpty }).placements[0]
    (one.backend, one.seenSource) = (backend, source)
    (one.from, one.to) = (noon + .seconds(from), noon + .seconds(to))
    return one
  }

  private static func session(
    _ port: UInt16,
    _ service: String?,
    _ placements: [Report.Placement]
  ) throws -> Report.Session {
    var one = try #require(sample?.sessions.first)
    (one.client, one.front, one.service) = (client(port), front, service)
    one.placements = placements
    return one
  }

  private static func finding(
    _ client: String?,
    _ service: String?,
    was: Report.Placement? = nil,
    now: Report.Placement? = nil
  ) throws -> Report.Finding {
    var one = try #require(sample?.findings.first)
    (one.client, one.service, one.at) = (client, service, noon)
    (one.was, one.now) = (was, now)
    return one
  }

  /// Of a service that the inventory names, and of one that is known by its front alone.
  @Test(arguments: [("default/echo", "default/echo"), (nil, "198.51.100.7:20001")])
  func `a client's own session is asked for, as itself and as its pods see it`(
    service: String?,
    name: String
  ) throws {
    let was = try Self.placement(Self.first, Self.seen(700), -60, -2)
    let now = try Self.placement(Self.second, Self.seen(701), 0, 60)
    let long = try Self.placement(Self.first, Self.seen(699), -600, -120)
    var report = Report()
    report.sessions = [
      try Self.session(40_000, service, [long, was, now]), try Self.session(40_001, service, [was]),
      try Self.session(40_000, "default/other", [was]),
    ]
    let question = try EvidenceQuestion(
      Self.finding("203.0.113.1:40000", name, was: was, now: now),
      in: report,
      most: 64
    )
    let client = Self.client(40_000)
    #expect(
      question.wanted == [
        FiveTuple(from: client, to: Self.front),
        FiveTuple(from: Self.seen(700), to: Self.first), FiveTuple(from: client, to: Self.first),
        FiveTuple(from: Self.seen(700), to: Self.front),
        FiveTuple(from: Self.seen(701), to: Self.second), FiveTuple(from: client, to: Self.second),
        FiveTuple(from: Self.seen(701), to: Self.front),
      ]
    )
    #expect(question.from == Self.noon - .seconds(12))
    #expect(question.to == Self.noon + .seconds(10))
    #expect(question.omitted == 0)
    let few = EvidenceQuestion(question.finding, in: report, most: 3)
    #expect(few.wanted == Array(question.wanted.prefix(3)))
    #expect(few.omitted == 4)
  }

  @Test func `an address stands for all its ports, and a finding of nobody for its service`() throws
  {
    let kept = try Self.placement(Self.first, Self.client(40_000), -5, 5)
    let hidden = try Self.placement(Self.second, Self.seen(9), -5, 5)
    var report = Report()
    report.sessions = [
      try Self.session(40_000, "default/echo", [kept]),
      try Self.session(40_001, "default/echo", [hidden]),
    ]
    let address = Endpoint(Self.client(0).address, 0)
    let all = try EvidenceQuestion(
      Self.finding("203.0.113.1", "default/echo"),
      in: report,
      most: 64
    )
    #expect(
      all.wanted == [
        FiveTuple(from: address, to: Self.front), FiveTuple(from: address, to: Self.first),
        FiveTuple(from: address, to: Self.second),
        FiveTuple(from: Self.seen(9), to: Self.second),
        FiveTuple(from: Self.seen(9), to: Self.front),
      ]
    )
    let nobody = try EvidenceQuestion(Self.finding(nil, "default/echo"), in: report, most: 64)
    #expect(nobody.wanted.first == FiveTuple(from: Self.any, to: Self.front))
    #expect(nobody.wanted.contains(FiveTuple(from: Self.any, to: Self.second)))
  }

  @Test func `without a session it is the service's fronts, or all of the client`() throws {
    var report = Report()
    var service = try #require(Self.sample?.services.first)
    (service.name, service.fronts) = (
      "default/echo", ["198.51.100.7:20001/udp", "[2001:db8::7]:53/udp"]
    )
    report.services = [service]
    let client = Self.client(40_000)
    let told = try EvidenceQuestion(
      Self.finding(client.description, "default/echo"),
      in: report,
      most: 64
    )
    #expect(told.wanted.map(\.source) == [client, client])
    #expect(
      told.wanted.map(\.destination.description) == ["198.51.100.7:20001", "[2001:db8::7]:53"]
    )
    let alone = try EvidenceQuestion(Self.finding(client.description, nil), in: report, most: 64)
    #expect(alone.wanted == [FiveTuple(from: client, to: Self.any)])
    #expect(try EvidenceQuestion(Self.finding(nil, nil), in: report, most: 64).wanted == [])
  }

  @Test func `a time at the end of all times does not wrap`() throws {
    var finding = try Self.finding(nil, nil)
    for moment in [Int64.min, .max] {
      finding.at = Timestamp(nanoseconds: moment)
      let question = EvidenceQuestion(finding, in: Report(), most: 64)
      #expect(question.from <= question.to)
    }
  }
}
