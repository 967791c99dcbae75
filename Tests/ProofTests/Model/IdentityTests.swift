import Affinity
import Testing
import Wire
import Workbench

/// That a report of more packets calls what it tells again by the same names.
@Suite struct `The names of findings` {
  @Test func `stay when the cause is understood better`() throws {
    let scenario = try #require(Scenario.all.first { $0.name == "probe-flap" })
    let recording = scenario.play(seed: 1)
    let inventory = try recording.history
    let whole = try report(of: recording.nodeFiles, inventory)
    let began = try #require(whole.capture.from)
    let early = try report(
      of: recording.nodeFiles.map { file in
        let records = try file.records().filter { $0.time < began + .seconds(3) }
        return NodeRecords(node: file.node, records: records).file
      },
      inventory
    )

    let switches = early.findings.filter { $0.mode == "A5" }
    #expect(!switches.isEmpty)
    let later = Dictionary(uniqueKeysWithValues: whole.findings.map { ($0.id, $0.mode) })
    #expect(Set(switches.map { later[$0.id] }) == ["A7"])
    #expect(Set(early.incidents.map(\.id)).isSubset(of: whole.incidents.map(\.id)))
  }
}
