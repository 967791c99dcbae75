import Affinity
import Glibc
import Reporting
import TestSupport
import Testing

@Suite struct `The recordings of real kube-proxies` {
  @Test func `are all there`() throws {
    #expect(Recorded.all.map(\.name) == Recorded.names)
  }

  @Test(arguments: [true, false])
  func `are placed without a mistake`(hasInventory: Bool) throws {
    var table = ScoreTable(hasInventory ? "recording, with inventory" : "recording, without")
    for recorded in Recorded.all {
      let report = try report(of: recorded.files, hasInventory ? recorded.inventory : nil)
      let score = Score(report, against: recorded.truth)
      table.add(recorded.name, score)
      #expect(score.problems == [], "\(recorded)")
      #expect(score.precision == 1 && score.recall == 1, "\(recorded)")
    }
    print(table.text)
  }

  @Test(arguments: [true, false])
  func `satisfy their judge`(hasInventory: Bool) throws {
    let folder = try TemporaryFolder()
    for recorded in Recorded.all {
      let report = try report(of: recorded.files, hasInventory ? recorded.inventory : nil)
      let path = try folder.write("report.json", json(report))
      let judge = try Command(
        "python3",
        ["\(Recorded.folder)/judge.py", path, recorded.folder, "--placements"]
      )
      #expect(judge.status == 0, "\(judge.output)")
      #expect(judge.output.contains("; 0 problems"), "\(judge.output)")
    }
  }
}

/// A report as its file holds it.
func json(_ report: Report) -> [UInt8] {
  var bytes: [UInt8] = []
  writeJSON(report) { (part: [UInt8]) throws(Never) -> Void in bytes += part }
  return bytes
}
