import Correlation
import Exchange
import System
import TestSupport
import Testing
import Wire

@Suite struct SpoolTests {
  private func open(
    _ folder: borrowing TemporaryFolder,
    mostBytes: UInt64 = 64 << 20,
    epoch: UInt64 = 7
  ) throws -> Spool {
    try Spool(
      Spool.Settings(directory: folder.path, mostBytes: mostBytes, node: "n1", epoch: epoch)
    )
  }

  private func observations(_ count: Int, seed: UInt64) -> [Observation] {
    var random = RandomObservation(seed: seed)
    return (0..<count).map { random.next(kind: $0 % RandomObservation.kinds) }
  }

  /// Somebody who reads a spool, each file as a session of its own.
  private struct Listener: ~Copyable {
    var reader = SpoolReader()
    var decoder = MessageDecoder()

    /// What the messages tell that it has not read yet.
    mutating func listen(to spool: borrowing Spool) throws -> [Observation] {
      var told: [Observation] = []
      var message: [UInt8] = []
      var file = reader.position.file
      while try reader.next(of: spool, into: &message) {
        if file != reader.position.file { decoder = MessageDecoder() }
        file = reader.position.file
        var decoded = DecodedMessage()
        #expect(decoder.decode(message.span, into: &decoded))
        #expect(decoder.counts.unknownTemplates == 0)
        #expect(decoder.counts.lost == 0)
        told += decoded.observations
      }
      return told
    }
  }

  private func readAll(_ spool: borrowing Spool) throws -> [Observation] {
    var listener = Listener()
    return try listener.listen(to: spool)
  }

  @Test func `what was put in comes out in its order, also after it was opened anew`() throws {
    let folder = try TemporaryFolder()
    let told = observations(3_000, seed: 1)
    do {
      var spool = try open(folder)
      spool.append(Array(told[..<1_000]), at: noon)
      spool.flush(at: noon)
      #expect(try readAll(spool) == Array(told[..<1_000]))
      spool.append(Array(told[1_000..<2_000]), at: noon)
      spool.flush(at: noon)
      spool.sync()
    }
    var spool = try open(folder)
    spool.append(Array(told[2_000...]), at: noon)
    spool.flush(at: noon)
    #expect(try readAll(spool) == told)
    #expect(spool.losses == Spool.Losses())
  }

  @Test func `a reader goes on where it was while more is written`() throws {
    let folder = try TemporaryFolder()
    var spool = try open(folder, mostBytes: 1 << 20)
    var listener = Listener()
    var all: [Observation] = []
    for round in 0..<40 {
      let some = observations(100, seed: UInt64(round))
      spool.append(some, at: noon)
      spool.flush(at: noon)
      let new = try listener.listen(to: spool)
      #expect(new.elementsEqual(some), "round \(round)")
      all += new
    }
    #expect(try readAll(spool) == all)
    #expect(folder.names.count > 1)
  }

  @Test func `what has been taken is released, a file at a time`() throws {
    let folder = try TemporaryFolder()
    var spool = try open(folder, mostBytes: 1 << 20)
    var listener = Listener()
    for round in 0..<10 {
      spool.append(observations(1_000, seed: UInt64(round)), at: noon)
      spool.flush(at: noon)
    }
    #expect(folder.names.count > 2)
    _ = try listener.listen(to: spool)
    spool.release(before: listener.reader.position)
    #expect(folder.names.count == 1)
    // What it is to be read from again was kept.
    let some = observations(10, seed: 50)
    spool.append(some, at: noon)
    spool.flush(at: noon)
    #expect(try listener.listen(to: spool) == some)
  }

  @Test func `a full spool drops its oldest files and counts what was in them`() throws {
    let folder = try TemporaryFolder()
    var spool = try open(folder, mostBytes: 1 << 20)
    var told: [Observation] = []
    for round in 0..<30 {
      let some = observations(700, seed: UInt64(round))
      spool.append(some, at: noon)
      told += some
      #expect(spool.byteCount <= 1 << 20)
    }
    spool.flush(at: noon)
    let left = try readAll(spool)
    #expect(spool.losses.droppedRecords > 5_000)
    // A hello is the first record of each file.
    let droppedFiles = (folder.names.first.flatMap { Int($0.prefix(10)) } ?? 0) - 1
    #expect(left.count + spool.losses.droppedRecords == told.count + droppedFiles)
    #expect(left == Array(told.suffix(left.count)))
    // Much is left: not all was dropped to make room for a little.
    #expect(spool.byteCount > 700_000)
  }

  @Test func `a smaller bound is kept from when it is opened`() throws {
    let folder = try TemporaryFolder()
    do {
      var spool = try open(folder)
      for round in 0..<20 {
        spool.append(observations(1_000, seed: UInt64(round)), at: noon)
        spool.flush(at: noon)
      }
    }
    // A spool of 64 MB is one file so far, which is more than a megabyte.
    let spool = try open(folder, mostBytes: 1 << 20)
    #expect(spool.losses.droppedRecords == 20_001)
    #expect(spool.byteCount == 0)
  }

  @Test(arguments: [1, 15, 16, 17, 500, 2_000])
  func `what a crash left of the last message is cut off, and told`(missing: Int) throws {
    let folder = try TemporaryFolder()
    let told = observations(600, seed: 4)
    do {
      var spool = try open(folder)
      for start in stride(from: 0, to: 600, by: 20) {
        spool.append(Array(told[start..<start + 20]), at: noon)
        spool.flush(at: noon)
      }
    }
    let path = "\(folder.path)/\(folder.names[0])"
    let cut = "truncate -s -\(missing) '\(path)'"
    #expect(try Command("sh", ["-c", cut]).status == 0)
    var spool = try open(folder)
    let left = try readAll(spool)
    #expect(left.count < 600 && left.count >= 500)
    #expect(left == Array(told[..<left.count]))
    #expect(spool.losses.tornBytes > 0)
    spool.append(Array(told[left.count...]), at: noon)
    spool.flush(at: noon)
    #expect(try readAll(spool) == told)
    // Mended once and for all.
    let again = try open(folder)
    #expect(again.losses.tornBytes == 0)
    #expect(try readAll(again) == told)
  }

  @Test func `a file that holds something else is passed over`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("0000000003.ipfix", Array("something else, and not short".utf8))
    _ = try folder.write("notes.txt", Array("not ours".utf8))
    let told = observations(50, seed: 6)
    var spool = try open(folder)
    #expect(spool.losses.tornBytes == 29)
    spool.append(told, at: noon)
    spool.flush(at: noon)
    #expect(try readAll(spool) == told)
    #expect(folder.names == ["0000000004.ipfix", "notes.txt"])
  }

  /// What every file begins with.
  private func hellos(_ spool: borrowing Spool) throws -> [AgentHello] {
    var reader = SpoolReader()
    var decoder = MessageDecoder()
    var decoded = DecodedMessage()
    var message: [UInt8] = []
    var file: UInt64 = 0
    var hellos: [AgentHello] = []
    while try reader.next(of: spool, into: &message) {
      decoded.removeAll()
      if reader.position.file != file { decoder = MessageDecoder() }
      #expect(decoder.decode(message.span, into: &decoded))
      #expect(decoded.hellos.count == (reader.position.file != file ? 1 : 0))
      if let hello = decoded.hellos.first {
        #expect(MessageHeader(message.span)?.sequence == UInt32(truncatingIfNeeded: hello.sequence))
      }
      hellos += decoded.hellos
      file = reader.position.file
    }
    return hellos
  }

  @Test func `every file begins with a hello, which says whose records follow, and from which on`()
    throws
  {
    let folder = try TemporaryFolder()
    do {
      var spool = try open(folder, mostBytes: 1 << 20, epoch: 7)
      spool.append(observations(9_000, seed: 1), at: noon)
      spool.flush(at: noon)
    }
    var spool = try open(folder, mostBytes: 1 << 20, epoch: 9)
    spool.append(observations(10, seed: 2), at: noon)
    spool.append(watermark: noon, at: noon)
    spool.flush(at: noon)
    let hellos = try hellos(spool)
    #expect(hellos.allSatisfy { $0.node == "n1" && $0.token.isEmpty })
    try #require(hellos.map(\.epoch) == [7, 7, 7, 9])
    #expect(hellos.first?.sequence == 0)
    #expect(hellos.last?.sequence == 0)
    #expect(hellos[1].sequence < hellos[2].sequence)
    #expect(spool.recordsTold == 12)
  }

  @Test func `a file goes when all of it was acknowledged, by its own epoch`() throws {
    let folder = try TemporaryFolder()
    do {
      var spool = try open(folder, mostBytes: 1 << 20, epoch: 7)
      spool.append(observations(9_000, seed: 1), at: noon)
      spool.flush(at: noon)
    }
    var spool = try open(folder, mostBytes: 1 << 20, epoch: 9)
    spool.append(observations(10, seed: 2), at: noon)
    spool.flush(at: noon)
    let starts = try hellos(spool).map(\.sequence)
    try #require(starts.count == 4)
    spool.release(Acknowledgement(epoch: 8, sequence: 100_000))
    spool.release(Acknowledgement(epoch: 7, sequence: starts[1] - 1))
    #expect(folder.names.count == 4)
    spool.release(Acknowledgement(epoch: 7, sequence: starts[2] + 1))
    #expect(folder.names.count == 2, "the first two")
    spool.release(Acknowledgement(epoch: 7, sequence: 9_003))
    #expect(try hellos(spool).map(\.epoch) == [9])
    // The one that is being written stays, or else its next records would have no templates.
    spool.release(Acknowledgement(epoch: 9, sequence: 11))
    #expect(folder.names.count == 1)
  }

  @Test func `without a folder it is kept in memory, and bounded there`() throws {
    var settings = Spool.Settings(directory: nil, node: "n1", epoch: 7)
    settings.mostMemory = 1 << 20
    var spool = try Spool(settings)
    var told: [Observation] = []
    for round in 0..<30 {
      let some = observations(700, seed: UInt64(round))
      spool.append(some, at: noon)
      told += some
      #expect(spool.byteCount <= 1 << 20)
    }
    spool.flush(at: noon)
    let left = try readAll(spool)
    #expect(left == Array(told.suffix(left.count)))
    #expect(left.count > 3_000)
    #expect(spool.losses.droppedRecords > 5_000)
    #expect(spool.problem == nil)
  }

  /// As root nothing that permissions forbid fails, but a disk that is full does.
  @Test(
    .enabled(
      if: (try? Command("sh", ["-c", "unshare -m true 2>/dev/null"]).status) == 0,
      "only root can mount the small disk that this fills"
    )
  )
  func `what a full disk does not take is kept in memory, in order, and the disk is tried again`()
    throws
  {
    let folder = try TemporaryFolder()
    #expect(
      try Command("mount", ["-t", "tmpfs", "-o", "size=2m", "none", folder.path]).status == 0
    )
    defer { _ = try? Command("umount", ["-l", folder.path]) }
    _ = try folder.write("filler", Array(repeating: 1, count: 1_900_000))
    var spool = try open(folder)
    var listener = Listener()
    var now = noon
    for round in 0..<12 {
      let some = observations(300, seed: UInt64(round))
      spool.append(some, at: now)
      spool.flush(at: now)
      #expect(try listener.listen(to: spool) == some, "round \(round)")
      now = now + .seconds(1)
    }
    #expect(spool.problem?.description.hasSuffix("No space left on device") == true)
    #expect(spool.losses.failedWrites > 0)
    #expect(spool.losses.droppedRecords == 0)
    // Whole messages alone are on the disk.
    #expect(try readAll(open(folder)).count < 3_600)

    #expect(try Command("rm", ["\(folder.path)/filler"]).status == 0)
    for round in 20..<40 {
      now = now + .seconds(1)
      let some = observations(20, seed: UInt64(round))
      spool.append(some, at: now)
      spool.flush(at: now)
      #expect(try listener.listen(to: spool) == some, "round \(round)")
    }
    #expect(spool.problem == nil)
    #expect(try readAll(spool).count == 3_600 + 400)
  }

  @Test func `where it cannot be, it says so`() {
    let settings = Spool.Settings(directory: "/proc/stickler", node: "n1", epoch: 7)
    do {
      _ = try Spool(settings)
      Issue.record("a folder in /proc")
    } catch {
      #expect("\(error)" == "make /proc/stickler: No such file or directory")
    }
  }
}
