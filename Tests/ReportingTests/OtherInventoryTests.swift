import JSONText
import TestSupport
import Testing

/// What is said where the inventory does not fit the packets, and which node a capture is of.
@Suite struct OtherInventoryTests {
  static let recording = "captures/iptables-hostgw-cluster"

  /// The recording's inventory after `edit`, some lines of Python in which `items` are its objects.
  private func write(_ name: String, in folder: borrowing TemporaryFolder, _ edit: String) throws {
    let program = """
      import json, sys
      inventory = json.load(open('\(Program.root)/\(Self.recording)/cluster.json'))
      items = inventory['items']
      \(edit)
      json.dump(inventory, open('\(folder.path)/\(name)', 'w'))
      """
    let made = try Command("python3", ["-c", program])
    #expect(made.status == 0)
  }

  /// Takes pod s2 out of the endpoints.
  private static let withoutSecond = """
    for item in items:
        if item['kind'] == 'EndpointSlice':
            item['endpoints'] = [e for e in item['endpoints'] if e['addresses'] != ['10.244.2.2']]
    """

  @Test func `a pod that serves without being an endpoint is no quiet success`() throws {
    let folder = try TemporaryFolder()
    try write("less.json", in: folder, Self.withoutSecond)
    let inventory = "\(folder.path)/less.json"
    let once = try Program.run("analyze \(Self.recording) -i \(inventory)")
    #expect(once.status == 0)
    #expect(once.output.contains("  default/s2: "))
    #expect(once.output.contains("misdelivered (B3)"))
    // Two moments at which it was none: then it is none in between.
    let twice = try Program.run("analyze \(Self.recording) -i \(inventory) -i \(inventory)")
    #expect(twice.status == 1)
    #expect(twice.output.hasPrefix("FAIL: "))
    #expect(twice.output.contains("served at 10.244.2.2:20001 by default/s2, which was never an"))
  }

  @Test func `the endpoint slice names the pod where two have its address`() throws {
    let folder = try TemporaryFolder()
    try write(
      "twin.json",
      in: folder,
      """
      import copy
      twin = copy.deepcopy([i for i in items if i['kind'] == 'Pod' and i['metadata']['name'] == 's2'][0])
      twin['metadata'].update(name='aaa', uid='another', creationTimestamp='2026-11-20T23:00:00Z')
      items.append(twin)
      """
    )
    let run = try Program.run("analyze \(Self.recording) -i \(folder.path)/twin.json --sessions")
    #expect(run.output.contains("default/s2 seeing"))
    #expect(!run.output.contains("default/aaa"))
  }

  @Test func `flows to a front that the inventory does not know are told of`() throws {
    let folder = try TemporaryFolder()
    try write(
      "foreign.json",
      in: folder,
      "inventory['items'] = [i for i in items if i['kind'] in ('Node', 'Pod')]"
    )
    let run = try Program.run("analyze \(Self.recording) -i \(folder.path)/foreign.json -f json")
    let spots = try JSONValue(run.output)["blind_spots"]?.array ?? []
    let effects = spots.filter { $0["kind"]?.string == "unknown-fronts" }
      .compactMap { $0["effect"]?.string }
    #expect(effects.count == 1)
    #expect(effects.first?.hasPrefix("12 translated flows go to 198.51.100.7:20001, ") == true)
  }

  @Test func `one inventory does not make a pod's end a flush`() throws {
    func verdict(_ recording: String) throws -> (String, Int32) {
      let run = try Program.run("analyze \(recording) -i \(recording)/cluster.json -f json")
      let modes =
        try JSONValue(run.output)["incidents"]?.array?
        .filter { $0["class"]?.string == "violation" }.map { $0["mode"]?.string ?? "open" } ?? []
      return (modes.joined(separator: " "), run.status)
    }
    #expect(try verdict("captures/iptables-hostgw-delete-pod") == ("open", 2))
    // Here the pods that were left went on answering.
    #expect(try verdict("captures/iptables-hostgw-flush") == ("A2", 1))
  }

  @Test func `files of one name are of the nodes of their folders, or of one that they show`()
    throws
  {
    let folder = try TemporaryFolder()
    let script = """
      cd '\(folder.path)' && for n in 1 2 3; do
        mkdir n$n && cp '\(Program.root)/\(Self.recording)'/n$n.pcap n$n/cap.pcap || exit 1
      done
      mkdir split
      editcap -F pcap '\(Program.root)/\(Self.recording)/n1.pcap' split/n1.pcap 1-200 &&
        editcap -F pcap -r '\(Program.root)/\(Self.recording)/n1.pcap' split/early.pcap 1-200
      """
    #expect(try Command("sh", ["-c", script]).status == 0)
    func nodes(_ words: String) throws -> [String] {
      let run = try Program.run("analyze \(words.replacing("@", with: folder.path)) -f json")
      return try JSONValue(run.output)["capture"]?["nodes"]?.array?
        .compactMap { $0["name"]?.string } ?? []
    }
    let inventory = "-i \(Self.recording)"
    #expect(try nodes("@/n1 @/n2 @/n3 \(inventory)") == ["n1", "n2", "n3"])
    #expect(try nodes("@/n1 @/n2 @/n3") == ["n1/cap", "n2/cap", "n3/cap"])
    // The rest of one node's capture under another name.
    #expect(try nodes("@/split \(inventory)") == ["n1"])
    #expect(try nodes("@/split") == ["early", "n1"])
  }
}
