import Affinity
import Testing
import Workbench

@Suite struct `The work of an analysis` {
  /// Does the last piece first.
  private struct Backwards: Crew {
    let size: Int

    func map<Made: Sendable>(_ count: Int, _ work: @escaping @Sendable (Int) -> Made) -> [Made] {
      (0..<count).reversed().map(work).reversed()
    }
  }

  @Test func `comes to the same, whoever does which piece of it when`() throws {
    // All of them take a minute where nothing is optimized.
    for (number, scenario) in Scenario.all.enumerated() where number % 8 == 1 {
      let recording = scenario.play(seed: 3)
      let nodes = try recording.nodeFiles.enumerated().map { try $1.observe(number: $0) }
      let history = try recording.history
      var settings = ClusterAnalyst.Settings()
      settings.listsSessions = number % 16 == 1
      let alone = report(of: nodes, history, settings)
      settings.crew = Backwards(size: 2 + number / 8 % 4)
      var together = report(of: nodes, history, settings)
      #expect(together.unlisted == alone.unlisted, "\(scenario.name)")
      // What holds dictionaries is described in any order.
      together.unlisted = alone.unlisted
      #expect("\(together)" == "\(alone)", "\(scenario.name)")
    }
  }
}
