import Affinity
import Testing
import Workbench

@Suite struct `A worse capture of the same cluster` {
  @Test(arguments: Worsening.harmless, [true, false])
  func `is placed as well`(worsening: Worsening, hasInventory: Bool) throws {
    for recorded in Recorded.all {
      let files = try worsening.apply(try recorded.nodes)
      let report = try report(of: files, hasInventory ? recorded.inventory : nil)
      let score = Score(report, against: recorded.truth)
      #expect(score.problems.map { "\(recorded): \($0)" } == [])
    }
  }

  @Test(arguments: Worsening.lossy, [true, false])
  func `says nothing wrong`(worsening: Worsening, hasInventory: Bool) throws {
    for recorded in Recorded.all {
      let files = try worsening.apply(try recorded.nodes)
      let report = try report(of: files, hasInventory ? recorded.inventory : nil)
      let score = Score(report, against: recorded.truth)
      #expect(score.wrongPlacements.map { "\(recorded): \($0)" } == [])
      #expect(score.precision >= 0.999 || score.recall == 0, "\(recorded): \(score.problems)")
    }
  }
}

extension Recorded {
  /// The records of each node.
  var nodes: [NodeRecords] {
    get throws {
      try files.map { NodeRecords(node: $0.node, records: try $0.records()) }
    }
  }
}
