import Affinity
import Testing
import Wire
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

  @Test func `says so where nothing tells what became of datagrams`() throws {
    let recorded = try #require(Recorded.all.first { $0.name == "nftables-vxlan-no-local" })
    let whole = try report(of: recorded.files, recorded.inventory)
    #expect(!whole.blindSpots.map(\.kind).contains("unanswered-unseen"))
    #expect(whole.verdict == .fail)
    // Without directions the datagrams may have gone to a pod as well as nowhere.
    let files = try recorded.nodes.map { $0.byInterface(as: .ethernet) }
    let bare = try report(of: files, recorded.inventory)
    let spot = try #require(bare.blindSpots.first { $0.kind == "unanswered-unseen" })
    #expect(spot.effect.hasPrefix("12 sessions got no answer, and nothing shows whether"))
    #expect(bare.verdict == .inconclusive)
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
