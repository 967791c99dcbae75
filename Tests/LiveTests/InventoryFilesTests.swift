import Cluster
import Glibc
import TestSupport
import Testing
import Wire

@testable import stickler

/// What `--inventory` names, while it changes.
@Suite struct InventoryFilesTests {
  static func inventory(_ pod: String, takenAt: String? = nil) -> [UInt8] {
    let time = takenAt.map { #""takenAt": "\#($0)", "# } ?? ""
    return Array(
      """
      { \(time)"pods": { "default/\(pod)": { "node": "n1", "ip": "10.2.0.2" } },
        "services": { "default/dns": { "fronts": ["10.96.0.10:53/udp"], "backends": ["10.2.0.2:53"] } } }
      """.utf8
    )
  }

  private func at(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * 1_000_000_000) }

  static func pods(_ history: ClusterHistory?) -> [String] {
    history?.pods.map { $0.name.description } ?? []
  }

  @Test func `a file that is written anew is a snapshot from then on, once it is at rest`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("cluster.json", Self.inventory("a"))
    var files = try InventoryFiles([path], at: at(100))
    #expect(files.look(at: at(101)) == nil)
    _ = try folder.write("cluster.json", Self.inventory("after"))
    #expect(files.look(at: at(102)) == nil)
    let news = files.look(at: at(103))
    #expect(news?.lines == ["\(path) has changed: it is the inventory from now on"])
    #expect(Self.pods(news?.history) == ["default/a", "default/after"])
    // It was there when the watch began, and its successor came before the second look.
    #expect(news?.history?.snapshotTimes == [at(101), at(103)])
    #expect(files.look(at: at(104)) == nil)
    #expect(files.look(at: at(105)) == nil)
  }

  @Test func `a bad file is told once, and the one before stays in use`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("cluster.json", Self.inventory("a"))
    var files = try InventoryFiles([path], at: at(100))
    _ = try folder.write("cluster.json", Array("{ \"pods\": ".utf8))
    _ = files.look(at: at(101))
    let news = files.look(at: at(102))
    #expect(news?.history == nil)
    #expect(news?.lines.count == 1)
    #expect(news?.lines.first?.hasPrefix("\(path)") == true)
    #expect(news?.lines.first?.hasSuffix("; the inventory stays what it was") == true)
    #expect(files.look(at: at(103)) == nil)
    #expect(Self.pods(files.history) == ["default/a"])
  }

  @Test func `a folder takes new snapshots, by their own times`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("1.json", Self.inventory("a", takenAt: "2026-11-21T06:00:00Z"))
    var files = try InventoryFiles([folder.path], at: at(1_795_250_000))
    _ = try folder.write("2.json", Self.inventory("second", takenAt: "2026-11-21T06:30:00Z"))
    _ = try folder.write("other.json", Array("{ \"anything\": 1 }".utf8))
    _ = try folder.write("notes.txt", Array("hello".utf8))
    _ = files.look(at: at(1_795_250_001))
    let news = files.look(at: at(1_795_250_002))
    #expect(news?.lines == ["\(folder.path)/2.json has changed: it is the inventory from now on"])
    #expect(Self.pods(news?.history) == ["default/a", "default/second"])
    #expect(
      news?.history?.snapshotTimes == [
        Timestamp("2026-11-21T06:00:00Z"), Timestamp("2026-11-21T06:30:00Z"),
      ]
    )
  }

  @Test func `the same again moves the time for which it is known to hold`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("cluster.json", Self.inventory("a"))
    var files = try InventoryFiles([path], at: at(100))
    for second in stride(from: Int64(110), through: 140, by: 10) {
      // Another file in the place of the old one.
      _ = try folder.write("next", Self.inventory("a") + Array(repeating: 10, count: Int(second)))
      #expect(unsafe rename("\(folder.path)/next", path) == 0)
      _ = files.look(at: at(second))
      #expect(files.look(at: at(second + 1)) != nil)
    }
    #expect(files.history.snapshotTimes == [at(100), at(141)])
  }

  // MARK: A process that begins anew

  /// What a process knows that begins at `second`, after one that knew this.
  private func begun(
    _ path: String,
    at second: Int64,
    after known: [ClusterSnapshot]
  ) throws -> InventoryFiles {
    try InventoryFiles([path], at: at(second), after: SnapshotHistory(known))
  }

  private func snapshot(_ pod: String, at second: Int64?) throws -> ClusterSnapshot {
    var snapshot = try ClusterSnapshot(reading: Self.inventory(pod), named: "test")
    snapshot.takenAt = second.map(at)
    return snapshot
  }

  @Test func `what files say now comes behind what was known before`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("cluster.json", Self.inventory("b"))
    #expect(try Command("touch", ["-d", "@150", path]).status == 0)
    let a = try snapshot("a", at: nil)
    var held = a
    held.takenAt = at(140)
    // It was written while nobody looked.
    var files = try begun(path, at: 200, after: [a, held])
    #expect(files.history.snapshotTimes == [nil, at(140), at(150)])
    #expect(files.heldUntil == nil)
    // Its time is no help where what came before it is later.
    held.takenAt = at(160)
    files = try begun(path, at: 200, after: [a, held])
    #expect(files.history.snapshotTimes == [nil, at(160), at(200)])
    #expect(Self.pods(files.history) == ["default/a", "default/b"])
  }

  @Test func `the same files go on as they were`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("cluster.json", Self.inventory("a"))
    let (a, held) = (try snapshot("a", at: nil), try snapshot("a", at: 140))
    // As if the process before had gone on.
    var files = try begun(path, at: 200, after: [a, held])
    #expect(files.history.snapshotTimes == [nil])
    #expect(files.heldUntil == at(200))
    #expect(files.look(at: at(201)) == nil)
    #expect(files.heldUntil == at(201))
    // The file that took the place of another in the process before.
    files = try begun(
      path,
      at: 200,
      after: [try snapshot("b", at: 100), try snapshot("a", at: 140)]
    )
    #expect(files.history.snapshotTimes == [at(100), at(140)])
    #expect(Self.pods(files.history) == ["default/b", "default/a"])
  }

  @Test func `files of their own times are put among what was known before`() throws {
    let folder = try TemporaryFolder()
    let times = ["2026-11-21T06:00:00Z", "2026-11-21T06:30:00Z", "2026-11-21T06:45:00Z"]
    for (name, time) in zip(["a", "b", "c"], times) {
      _ = try folder.write("\(name).json", Self.inventory(name, takenAt: time))
    }
    let known = try InventoryFiles([folder.path], at: at(1_795_250_000)).states.snapshots
    #expect(try Command("rm", ["\(folder.path)/a.json", "\(folder.path)/b.json"]).status == 0)
    let files = try begun(folder.path, at: 1_795_250_100, after: Array(known.prefix(2)))
    #expect(files.states.snapshots == known)
    let all = try begun(folder.path, at: 1_795_250_100, after: known)
    #expect(all.states.snapshots == known)
  }

  @Test func `what took another's place while nobody looked stays where it was`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("cluster.json", Self.inventory("b"))
    #expect(try Command("touch", ["-d", "@150", path]).status == 0)
    var files = try begun(
      path,
      at: 200,
      after: [try snapshot("a", at: nil), try snapshot("a", at: 140)]
    )
    _ = try folder.write("cluster.json", Self.inventory("third"))
    #expect(try Command("touch", ["-d", "@210", path]).status == 0)
    _ = files.look(at: at(211))
    let news = files.look(at: at(212))
    #expect(news?.history?.snapshotTimes == [at(140), at(140), at(150), at(210)])
    #expect(Self.pods(news?.history) == ["default/a", "default/b", "default/third"])
    let order = files.states.snapshots.map { $0.pods.first?.name.name }
    #expect(order == ["a", "a", "b", "third"])
  }

  @Test func `files of one moment are one state, and mixed ones are not new by being read again`()
    throws
  {
    let folder = try TemporaryFolder()
    let whole = try snapshot("a", at: nil)
    for kinds in [ClusterSnapshot.Kinds.pods, [.services, .endpoints]] {
      var part = ClusterSnapshot()
      part.kinds = kinds
      if kinds == .pods {
        part.pods = whole.pods
      } else {
        (part.services, part.endpoints) = (whole.services, whole.endpoints)
      }
      _ = try folder.write("part\(kinds.rawValue).json", part.text())
    }
    let files = try InventoryFiles([folder.path], at: at(100))
    #expect(files.states.snapshots.count == 1)
    #expect(files.heldUntil == at(100))

    let words = [
      try folder.write("m1.json", Self.inventory("a")),
      try folder.write("m2.json", Self.inventory("b", takenAt: "2026-11-21T06:00:00Z")),
    ]
    let now = at(1_795_250_000)
    let first = try InventoryFiles(words, at: now).states
    #expect(first.snapshots.map { $0.pods.first?.name.name } == ["a", "b"])
    #expect(try InventoryFiles(words, at: now, after: first).states.snapshots == first.snapshots)
  }

  @Test func `nothing is known of times to come`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("c.json", Self.inventory("c", takenAt: "2261-01-01T00:00:00Z"))
    let now = at(1_795_250_000)
    let files = try InventoryFiles(
      [path],
      at: now,
      after: SnapshotHistory([try snapshot("a", at: 1_795_240_000)])
    )
    #expect(files.history.snapshotTimes == [at(1_795_240_000), now])
    // Nor by a clock that was ahead: what it was by then is as old as can be.
    let later = SnapshotHistory([try snapshot("a", at: 1_795_250_000)])
    let again = try InventoryFiles([path], at: now, after: later)
    #expect(again.states.snapshots.last?.pods.first?.name.name == "c")
  }
}
