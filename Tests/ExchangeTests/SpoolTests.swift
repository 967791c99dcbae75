import Correlation
import Exchange
import TestSupport
import Testing
import Wire

@Suite struct SpoolTests {
  private func open(_ folder: borrowing TemporaryFolder, mostBytes: UInt64 = 64 << 20) throws
    -> Spool
  {
    try Spool(
      Spool.Settings(
        directory: folder.path,
        mostBytes: mostBytes,
        encoder: MessageEncoder.Settings(domain: 1)
      )
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
      try spool.append(Array(told[..<1_000]), at: noon)
      try spool.flush(at: noon)
      #expect(try readAll(spool) == Array(told[..<1_000]))
      try spool.append(Array(told[1_000..<2_000]), at: noon)
      try spool.flush(at: noon)
      try spool.sync()
    }
    var spool = try open(folder)
    try spool.append(Array(told[2_000...]), at: noon)
    try spool.flush(at: noon)
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
      try spool.append(some, at: noon)
      try spool.flush(at: noon)
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
      try spool.append(observations(1_000, seed: UInt64(round)), at: noon)
      try spool.flush(at: noon)
    }
    #expect(folder.names.count > 2)
    _ = try listener.listen(to: spool)
    spool.release(before: listener.reader.position)
    #expect(folder.names.count == 1)
    // What it is to be read from again was kept.
    let some = observations(10, seed: 50)
    try spool.append(some, at: noon)
    try spool.flush(at: noon)
    #expect(try listener.listen(to: spool) == some)
  }

  @Test func `a full spool drops its oldest files and counts what was in them`() throws {
    let folder = try TemporaryFolder()
    var spool = try open(folder, mostBytes: 1 << 20)
    var told: [Observation] = []
    for round in 0..<30 {
      let some = observations(700, seed: UInt64(round))
      try spool.append(some, at: noon)
      told += some
      #expect(spool.byteCount <= 1 << 20)
    }
    try spool.flush(at: noon)
    let left = try readAll(spool)
    #expect(spool.losses.droppedRecords > 5_000)
    #expect(left.count + spool.losses.droppedRecords == told.count)
    #expect(left == Array(told.suffix(left.count)))
    // Much is left: not all was dropped to make room for a little.
    #expect(spool.byteCount > 700_000)
  }

  @Test func `a smaller bound is kept from when it is opened`() throws {
    let folder = try TemporaryFolder()
    do {
      var spool = try open(folder)
      for round in 0..<20 {
        try spool.append(observations(1_000, seed: UInt64(round)), at: noon)
        try spool.flush(at: noon)
      }
    }
    // A spool of 64 MB is one file so far, which is more than a megabyte.
    let spool = try open(folder, mostBytes: 1 << 20)
    #expect(spool.losses.droppedRecords == 20_000)
    #expect(spool.byteCount == 0)
  }

  @Test(arguments: [1, 15, 16, 17, 500, 2_000])
  func `what a crash left of the last message is cut off, and told`(missing: Int) throws {
    let folder = try TemporaryFolder()
    let told = observations(600, seed: 4)
    do {
      var spool = try open(folder)
      for start in stride(from: 0, to: 600, by: 20) {
        try spool.append(Array(told[start..<start + 20]), at: noon)
        try spool.flush(at: noon)
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
    try spool.append(Array(told[left.count...]), at: noon)
    try spool.flush(at: noon)
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
    try spool.append(told, at: noon)
    try spool.flush(at: noon)
    #expect(try readAll(spool) == told)
    #expect(folder.names == ["0000000004.ipfix", "notes.txt"])
  }

  @Test func `where it cannot be, it says so`() {
    let settings = Spool.Settings(
      directory: "/proc/stickler",
      encoder: MessageEncoder.Settings(domain: 1)
    )
    do {
      _ = try Spool(settings)
      Issue.record("a folder in /proc")
    } catch {
      #expect("\(error)" == "make /proc/stickler: No such file or directory")
    }
  }
}
