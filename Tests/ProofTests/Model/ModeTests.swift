import Affinity
import Glibc
import TestSupport
import Testing
import Workbench

@Suite struct `The modes` {
  /// Exit codes that differ from the model's, and why.
  static let otherExitCodes = [
    "no-endpoint": "nothing was served, so that no promise could be checked: inconclusive"
  ]

  @Test(arguments: [1, 2])
  func `that are found are the ones that happened`(seed: UInt64) throws {
    var matrix = ConfusionMatrix()
    for scenario in Scenario.all {
      let recording = scenario.play(seed: seed)
      let report = try report(of: recording.nodeFiles, try recording.history)
      matrix.add(
        scenario.name,
        expected: scenario.modes,
        allowed: scenario.allowed,
        found: Set(report.findings.compactMap(\.mode))
      )
      let hasExitCode =
        report.exitCode == scenario.exitCode || Self.otherExitCodes[scenario.name] != nil
      #expect(hasExitCode, "\(scenario.name): \(report.exitCode), not \(scenario.exitCode)")
      #expect(Set(report.findings.map(\.id)).count == report.findings.count, "\(scenario.name)")
    }
    #expect(matrix.mistakes == [])
    guard seed == 1 else { return }
    print(matrix.markdown)
    try keep(matrix.markdown)
  }

  /// Writes the table where scripts/figures asks for it.
  private func keep(_ table: String) throws {
    // SAFETY: the string that `getenv` finds is copied at once.
    guard let name = unsafe getenv("STICKLER_FIGURES") else { return }
    let path = unsafe String(cString: name)
    // SAFETY: the path and the text outlive the calls; the stream is used nowhere else.
    guard let file = unsafe fopen(path, "w") else { throw ReadError(path: path) }
    unsafe fputs(table, file)
    unsafe fclose(file)
  }

  /// Without the inventory fewer causes can be told, and none may be told wrongly.
  @Test func `are none that did not happen, where there is no inventory`() throws {
    for scenario in Scenario.all {
      let recording = scenario.play(seed: 4)
      let report = try report(of: recording.nodeFiles)
      let wrong = Set(report.findings.compactMap(\.mode))
        .subtracting(scenario.modes).subtracting(scenario.allowed)
      #expect(wrong == [], "\(scenario.name)")
    }
  }

  /// Such answers never pass the node where the question came in, and are answers all the same.
  @Test func `leave nothing in doubt where the pods' own nodes answer`() throws {
    let scenario = try #require(Scenario.all.first { $0.name == "clean-direct-reply" })
    let recording = scenario.play(seed: 1)
    let report = try report(of: recording.nodeFiles, try recording.history)
    #expect(report.undetermined.map(\.modes) == [])
  }

  /// A datagram at the very end may have its twin behind it; one at a flow's start may not.
  @Test func `are told of the last flows of a capture too`() throws {
    let scenario = try #require(Scenario.all.first { $0.name == "first-packet-drop" })
    let report = try report(of: scenario.play(seed: 1).nodeFiles)
    #expect(report.sessions.count == 32)
    #expect(report.sessions.allSatisfy { $0.lost == 1 })
  }

  @Test func `satisfy the judge of every recording`() throws {
    let folder = try TemporaryFolder()
    for recorded in Recorded.all {
      let report = try report(of: recorded.files, recorded.inventory)
      let path = try folder.write("report.json", json(report))
      let judge = try Command("python3", ["\(Recorded.folder)/judge.py", path, recorded.folder])
      #expect(judge.status == 0, "\(judge.output)")
    }
  }
}

@Suite struct `A report` {
  @Test(arguments: [
    "iptables-hostgw-flush", "nftables-vxlan-lb-rebalance", "iptables-hostgw-heartbeats",
    "nftables-vxlan-blackhole",
  ])
  func `is the same in whatever order nodes hand in what they saw`(name: String) throws {
    let recorded = try Recorded(name)
    let nodes = try recorded.files.enumerated().map { try $1.observe(number: $0) }
    func bytes(_ order: [Int]) -> [UInt8] {
      var analyst = ClusterAnalyst(inventory: recorded.inventory)
      for index in order { analyst.add(nodes[index].observations, from: index) }
      return json(analyst.report(of: nodes.map(\.node)))
    }
    let expected = bytes([0, 1, 2])
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      #expect(bytes(order) == expected, "\(order)")
    }
  }
}
