import Exchange
import System
import TestSupport
import Testing
import Wire

extension Certificates {
  func files(_ name: String?, by authority: String? = "ca") -> TLSFiles {
    TLSFiles(
      certificate: name.map { "\(folder.path)/\($0).crt" },
      key: name.map { "\(folder.path)/\($0).key" },
      authorities: authority.map { "\(folder.path)/\($0).crt" }
    )
  }
}

@Suite(.enabled(if: Command.path(of: "openssl") != nil, "openssl is not installed"))
struct TLSTests {
  /// What both ends have, and what each says where they do not agree.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var collector = "collector"
    var isMutual = true
    var agent: String? = "agent"
    var trusts: String? = "ca"
    var token = ""
    var serverName: String?
    /// The agent's line ends so; nil where both agree.
    var agentSays: String?
    var collectorSays = ""
    var reason = ClosingReason.tls
  }

  static let cases = [
    Case(testDescription: "both show what the other trusts"),
    Case(testDescription: "a token will do", isMutual: false, agent: nil, token: "sesame"),
    Case(testDescription: "a certificate will do", isMutual: false),
    Case(testDescription: "by name", serverName: "collector.example"),
    Case(
      testDescription: "the agent shows nothing",
      agent: nil,
      agentSays: "the other end ends the session: certificate required",
      collectorSays: "TLS: peer did not return a certificate"
    ),
    Case(
      testDescription: "the agent shows a certificate of another authority",
      agent: "stranger",
      agentSays: "the other end ends the session: unknown ca",
      collectorSays:
        "the other end's certificate is not accepted: unable to get local issuer certificate"
    ),
    Case(
      testDescription: "the agent's certificate is expired",
      agent: "expired",
      agentSays: "the other end ends the session: certificate expired",
      collectorSays: "the other end's certificate is not accepted: certificate has expired"
    ),
    Case(
      testDescription: "the collector's certificate is expired",
      collector: "expired",
      agentSays: "the other end's certificate is not accepted: certificate has expired",
      collectorSays: "the other end ends the session: certificate expired"
    ),
    Case(
      testDescription: "the collector's is of another authority",
      trusts: "other",
      agentSays:
        "the other end's certificate is not accepted: self-signed certificate in certificate chain",
      collectorSays: "the other end ends the session: unknown ca"
    ),
    Case(
      testDescription: "nobody that the system trusts has signed it",
      trusts: nil,
      agentSays:
        "the other end's certificate is not accepted: self-signed certificate in certificate chain",
      collectorSays: "the other end ends the session: unknown ca"
    ),
    Case(
      testDescription: "the collector's is for another host",
      collector: "elsewhere",
      agentSays: "the other end's certificate is not accepted: IP address mismatch",
      collectorSays: "the other end ends the session: bad certificate"
    ),
    Case(
      testDescription: "it is for another name",
      serverName: "another.example",
      agentSays: "the other end's certificate is not accepted: hostname mismatch",
      collectorSays: "the other end ends the session: bad certificate"
    ),
    Case(
      testDescription: "neither token nor certificate",
      isMutual: false,
      agent: nil,
      agentSays: "it refuses this agent: it shows no token",
      collectorSays: "it shows no token",
      reason: .token
    ),
    Case(
      testDescription: "another token",
      isMutual: false,
      agent: nil,
      token: "open",
      agentSays: "it refuses this agent: its token is not the collector's",
      collectorSays: "its token is not the collector's",
      reason: .token
    ),
  ]

  @Test func `each end is who it says, or both say why not`() throws {
    let certificates = try Certificates()
    for each in Self.cases { try check(each, certificates) }
  }

  private func check(_ each: Case, _ certificates: borrowing Certificates) throws {
    let comment = Comment(rawValue: each.testDescription)
    var settings = CollectingServer.Settings()
    if !each.isMutual { settings.token = "sesame" }
    let tls = try TLSContext(
      server: certificates.files(each.collector),
      isMutual: each.isMutual
    )
    let door = CollectingServer.Door(Endpoint(IPAddress(v4: 0x7f00_0001), 0), tls: tls)
    var collector = KeepingCollector(try CollectingServer([door], settings))

    var client = Exporter.Settings(host: "127.0.0.1", port: collector.server.endpoints[0].port)
    client.tls = try TLSContext(client: certificates.files(each.agent, by: each.trusts))
    client.serverName = each.serverName
    client.token = each.token
    (client.shortestPause, client.longestPause) = (.seconds(60), .seconds(60))
    var exporter = try Exporter(
      client,
      Spool(Spool.Settings(directory: nil, node: "n1", epoch: 1))
    )
    var random = RandomObservation(seed: 4)
    let told = (0..<2_000).map { random.next(kind: $0 % RandomObservation.kinds) }
    exporter.spool.append(told, at: noon)
    exporter.spool.flush(at: noon)
    if let says = each.agentSays {
      let lines = run(&exporter, &collector) { exporter, collector in
        exporter.health.failures > 0 && !collector.told.closed.isEmpty
      }
      #expect(
        lines == [
          "collector 127.0.0.1:\(client.port): \(says); what was not sent is kept, and it is tried again"
        ],
        comment
      )
      #expect(collector.told.closed == [each.reason], comment)
      #expect(collector.told.lines[0].hasSuffix(": \(each.collectorSays)"), comment)
      #expect(collector.observations.isEmpty, comment)
    } else {
      _ = run(&exporter, &collector) { exporter, _ in exporter.isSettled }
      #expect(collector.observations == told, comment)
    }
  }

  @Test func `plain TCP on a door for TLS, and the other way round, is said to be that`() throws {
    let certificates = try Certificates()
    let home = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
    let tls = try TLSContext(server: certificates.files("collector"), isMutual: true)
    for isServerPlain in [true, false] {
      let door = CollectingServer.Door(home, tls: isServerPlain ? nil : tls)
      var collector = KeepingCollector(try CollectingServer([door]))
      var client = Exporter.Settings(host: "127.0.0.1", port: collector.server.endpoints[0].port)
      if isServerPlain { client.tls = try TLSContext(client: certificates.files("agent")) }
      client.token = "sesame"
      (client.shortestPause, client.longestPause) = (.seconds(60), .seconds(60))
      var exporter = try Exporter(
        client,
        Spool(Spool.Settings(directory: nil, node: "n1", epoch: 1))
      )
      let lines = run(&exporter, &collector) { exporter, collector in
        exporter.health.failures > 0 && !collector.told.closed.isEmpty
      }
      #expect(lines.count == 1)
      #expect(collector.told.closed == [isServerPlain ? .garbage : .tls])
    }
  }

  @Test func `a file that is not there or no certificate is named`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("ca.crt", Array("nothing of the kind".utf8))
    for (files, says) in [
      (TLSFiles(authorities: "/nowhere/ca.crt"), "/nowhere/ca.crt: No such file or directory"),
      (TLSFiles(authorities: file), "\(file): no certificate or crl found"),
      (TLSFiles(certificate: file, key: file), "\(file): no start line"),
      (
        TLSFiles(certificate: file),
        "a certificate and its key have to be given together"
      ),
    ] {
      do {
        _ = try TLSContext(client: files)
        Issue.record("files that are none")
      } catch {
        #expect("\(error)" == says)
      }
    }
  }
}
