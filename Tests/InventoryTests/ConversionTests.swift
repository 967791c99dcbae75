import Cluster
import Glibc
import TestSupport
import Testing
import Wire

/// `stickler inventory` on what kubectl printed.
@Suite struct ConversionTests {
  static let captures: [String] =
    ((try? Command("sh", ["-c", "cd '\(Program.root)/captures' && ls -d */"]).output) ?? "")
    .split(separator: "\n").map { String($0.dropLast()) }

  @Test(arguments: captures)
  func `says of every recording's cluster what kubectl said`(capture: String) throws {
    let folder = try TemporaryFolder()
    for name in ["cluster.json", "cluster-after.json"] {
      let path = "captures/\(capture)/\(name)"
      let original = Array(try text(ofFile: "\(Program.root)/\(path)").utf8)
      guard !original.isEmpty else { continue }
      let ended = try Program.run("inventory -o '\(folder.path)/\(name)' <\(path)")
      #expect(ended.status == 0, "\(ended.errors)")
      let converted = Array(try text(ofFile: "\(folder.path)/\(name)").utf8)
      #expect(
        try ClusterSnapshot(reading: converted, named: "converted")
          == ClusterSnapshot(reading: original, named: "original")
      )
    }
  }

  @Test(arguments: [
    "iptables-hostgw-delete-pod", "nftables-vxlan-no-local", "A8-split-brain-affinity",
  ])
  func `gives an analysis the same report as kubectl's own words`(capture: String) throws {
    let folder = try TemporaryFolder()
    for name in ["cluster.json", "cluster-after.json"] {
      let path = "captures/\(capture)/\(name)"
      guard try !text(ofFile: "\(Program.root)/\(path)").isEmpty else { continue }
      let ended = try Program.run("inventory \(path) >'\(folder.path)/\(name)'")
      #expect(ended.status == 0, "\(ended.errors)")
    }
    let before = try Program.run("analyze captures/\(capture) -i captures/\(capture) -f json")
    let after = try Program.run("analyze captures/\(capture) -i '\(folder.path)' -f json")
    #expect(before.output.count > 5_000)
    #expect(after.output == before.output)
    #expect(after.status == before.status)
  }

  @Test func `--at tells when it was, unless the file says so itself`() throws {
    let folder = try TemporaryFolder()
    let pods = try folder.write("pods.json", Array(#"{"kind":"PodList","items":[]}"#.utf8))
    let given = try Program.run("inventory --at 2026-11-21T06:49:09Z <'\(pods)'")
    let bytes = Array(given.output.utf8)
    let read = try ClusterSnapshot(reading: bytes, named: "given")
    #expect(read.takenAt == Timestamp("2026-11-21T06:49:09Z"))
    #expect(read.kinds == [.pods], "that there is no pod is known, and of the rest nothing")
    let again = try Program.run("inventory '\(try folder.write("given.json", bytes))' --at now")
    #expect(again.output == given.output)
  }

  @Test func `a pipe that nobody writes to is no riddle`() throws {
    let folder = try TemporaryFolder()
    let ended = try Program.run(
      """
      --version >/dev/null
      told='\(folder.path)/told'
      {
        for i in $(seq 1800); do grep -qs waiting "$told" && break; sleep 0.1; done
        echo '{"kind":"PodList","items":[]}'
      } | '\(Program.path)' inventory 2>"$told"
      true
      """
    )
    #expect(ended.output.contains("PodList"))
    #expect(
      try text(ofFile: "\(folder.path)/told")
        == "stickler: waiting for kubectl's JSON on standard input; --api asks the API server instead\n"
    )
  }

  @Test(arguments: [
    (
      "", "inventory -",
      "standard input: empty; expected the output of "
        + "`kubectl get pods,svc,endpointslices,nodes -A -o json`"
    ),
    ("", "inventory Package.swift", "Package.swift:1:1: $: unexpected '/'"),
    (
      "", "inventory --at noon -",
      "--at: 'noon' is no time; expected now, 2026-11-21T06:49:09Z or seconds since 1970"
    ),
    (
      #"{"kind":"PodList","items":[{"metadata":{}}]}"#, "inventory",
      "standard input:1:40: $.items[0].metadata.name: missing, and needed"
    ),
  ])
  func `refuses in one line what is no inventory`(
    input: String,
    words: String,
    expected: String
  ) throws {
    let folder = try TemporaryFolder()
    let ended = try Program.run("\(words) <'\(try folder.write("input", Array(input.utf8)))'")
    #expect(ended.errors == "stickler: \(expected)\n")
    #expect(ended.output == "")
    #expect(ended.status == 3)
  }
}
