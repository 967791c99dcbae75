import Affinity
import Testing

@Suite struct `a report that is narrowed` {
  private static func verdict(
    _ expectation: Affinity.Expectation,
    _ verdict: Report.Verdict
  ) -> Report.ExpectationVerdict {
    Report.ExpectationVerdict(verdict, of: expectation.rawValue)
  }

  /// Three services: one that keeps all, one that loses sources, one that nobody promised anything.
  private static let whole: Report = {
    var report = Report()
    report.verdict = .fail
    report.services = [
      service("a/kept", verdict(.samePod, .pass), verdict(.sourcePreserved, .pass)),
      service("a/lost", verdict(.samePod, .pass), verdict(.sourcePreserved, .fail)),
      service("a/open", verdict(.samePod, .pass), verdict(.sourcePreserved, .notPromised)),
    ]
    return report
  }()

  private static func service(
    _ name: String,
    _ verdicts: Report.ExpectationVerdict...
  ) -> Report.ServiceReport {
    var service = Report.ServiceReport(fronts: ["192.0.2.1:53/udp"])
    service.name = name
    service.verdicts = verdicts
    return service
  }

  @Test(
    arguments: [
      (["a/kept"], [], 0), (["a/lost"], [], 1), (["a/open"], [], 0), (["a/other"], [], 2),
      (["a/kept"], [.sourcePreserved], 0), (["a/lost"], [.sourcePreserved], 1),
      (["a/lost"], [.samePod], 0), (["a/open"], [.sourcePreserved], 2),
      (["a/kept"], [.noLoss], 2), ([], [], 1), ([], [.samePod], 0),
    ] as [(Set<String>, Set<Affinity.Expectation>, Int)]
  )
  func `ends with what follows from the rest`(
    names: Set<String>,
    expectations: Set<Affinity.Expectation>,
    exitCode: Int
  ) {
    let narrow = Self.whole.narrowed(toNames: names, fronts: [], expectations: expectations)
    #expect(narrow.exitCode == exitCode)
    #expect(narrow.services.count == (names.isEmpty ? 3 : names == ["a/other"] ? 0 : 1))
  }
}
