import Collector
import Correlation
import Exchange
import Glibc
import System
import TestSupport
import Testing
import Wire

/// What was acknowledged is there after a kill at any moment, and nothing is there twice.
@Suite struct ObservationLogTests {
  /// An agent's messages, as its spool has them, in places of one epoch.
  struct Agent {
    let node: String
    let epoch: UInt64
    var messages: [(bytes: [UInt8], told: NodeMessage)] = []

    /// So many messages of one announcement each, whose times count up from `first` on.
    init(_ node: String, epoch: UInt64 = 7, messages count: Int, from first: Int64 = 0) {
      self.node = node
      self.epoch = epoch
      var encoder = MessageEncoder(MessageEncoder.Settings(domain: 1))
      var decoder = MessageDecoder()
      var place: UInt64 = 0
      var bytes: [UInt8] = []
      for number in 0..<Int64(count) {
        let now = Timestamp(nanoseconds: 0)
        bytes = []
        if number == 0 {
          let hello = AgentHello(node: node, domain: 1, epoch: epoch)
          encoder.append(hello, at: now) { bytes += $0 }
        } else {
          encoder.append([Self.observation(first + number)], at: now) { bytes += $0 }
        }
        encoder.flush(at: now) { bytes += $0 }
        var decoded = DecodedMessage()
        let before = decoder.counts.records
        _ = decoder.decode(bytes.span, into: &decoded)
        let told = NodeMessage(
          node: node,
          epoch: epoch,
          place: place,
          recordCount: decoder.counts.records - before,
          decoded: decoded
        )
        place = told.end
        messages.append((bytes, told))
      }
    }

    static func observation(_ number: Int64) -> Observation {
      .announcement(
        Announcement(
          of: IPAddress(v4: 0x0a00_0001),
          by: 1,
          at: Timestamp(nanoseconds: 1_795_220_481_000_000_000 + number),
          Witness(file: 0, frame: 0)
        )
      )
    }
  }

  /// A collector's state after it has begun: what it knows, and the numbers of what was observed, by node.
  struct Rebuilt {
    var intake = Intake()
    var numbers: [String: [Int64]] = [:]
    var problems: [String] = []

    init(_ log: inout ObservationLog) throws {
      var (intake, numbers) = (intake, numbers)
      problems = try log.replay { message in
        if intake.take(message) {
          for observation in message.decoded.observations {
            let time = observation.moments.lowerBound.nanoseconds - 1_795_220_481_000_000_000
            numbers[message.node, default: []].append(time)
          }
        }
        return intake.node(named: message.node)
      }
      intake.noteAllSafe()
      (self.intake, self.numbers) = (intake, numbers)
    }

    func taken(_ agent: Agent) -> UInt64 {
      var intake = intake
      let hello = AgentHello(node: agent.node, domain: 1, epoch: agent.epoch)
      let now = Instant(nanoseconds: 0)
      let time = Timestamp(nanoseconds: 0)
      return intake.open(1, hello, from: nil, at: now, time).sequence
    }
  }

  /// Sends what of an agent is not known yet, as an agent does that begins its file again.
  private static func send(_ agent: Agent, to log: inout ObservationLog, _ intake: inout Intake) {
    for (bytes, told) in agent.messages {
      let node = intake.node(named: agent.node)
      if intake.take(told) {
        log.append(bytes, told, of: node)
      } else {
        log.note(bytes, of: node)
      }
    }
  }

  @Test(arguments: 0..<UInt64(40))
  func `cut anywhere, what was acknowledged is there and nothing twice`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let folder = try TemporaryFolder()
    var settings = ObservationLog.Settings(directory: folder.path)
    settings.mostBytesOfFile = 2_000
    let agents = [Agent("n1", messages: 120), Agent("n2", messages: 80, from: 1_000)]
    // What each agent was told that it need not keep.
    var acknowledged: [String: UInt64] = [:]
    var lengths: [String: Int] = [:]
    for round in 0..<4 {
      var log = try ObservationLog(settings)
      var rebuilt = try Rebuilt(&log)
      for agent in agents {
        #expect(rebuilt.taken(agent) >= acknowledged[agent.node] ?? 0, "round \(round)")
        let numbers = rebuilt.numbers[agent.node] ?? []
        #expect(Set(numbers).count == numbers.count, "nothing twice")
        #expect(numbers == numbers.sorted())
        // The hello has the first place.
        #expect(numbers.count == max(0, Int(rebuilt.taken(agent)) - 1), "nothing is missing")
      }
      for agent in agents {
        // Some of it comes, then the collector is killed.
        var part = agent
        part.keep(first: Int.random(in: 1...agent.messages.count, using: &random))
        Self.send(part, to: &log, &rebuilt.intake)
        try log.commit { safe in
          let node = rebuilt.intake.nodes[safe.node].state.name
          acknowledged[node] = max(acknowledged[node] ?? 0, safe.sequence)
        }
        // What follows is written by a kernel that may not have got round to all of it.
        for name in folder.names { lengths[name] = try length(of: "\(folder.path)/\(name)") }
        var more = agent
        more.keep(first: min(agent.messages.count, part.messages.count + 30))
        Self.send(more, to: &log, &rebuilt.intake)
        try log.commit { _ in }
      }
      // A kill ends the writing anywhere behind what was acknowledged; a file is begun when the one before is on disk.
      let unsure = try folder.names.filter {
        try length(of: "\(folder.path)/\($0)") > lengths[$0] ?? 0
      }
      let end = Int.random(in: 0...unsure.count, using: &random)
      for (index, name) in unsure.enumerated() where index >= end {
        let path = "\(folder.path)/\(name)"
        let least = lengths[name] ?? 0
        let most = index == end ? try length(of: path) : least
        try truncate(path, to: Int.random(in: least...most, using: &random))
      }
    }
  }

  @Test func `files are of one epoch, and each can be read by itself`() throws {
    let folder = try TemporaryFolder()
    var settings = ObservationLog.Settings(directory: folder.path)
    settings.mostBytesOfFile = 1_500
    do {
      var log = try ObservationLog(settings)
      var intake = Intake()
      Self.send(Agent("n1", epoch: 1, messages: 40), to: &log, &intake)
      Self.send(Agent("n1", epoch: 2, messages: 40, from: 500), to: &log, &intake)
      // Once more, as after a connection that broke.
      Self.send(Agent("n1", epoch: 2, messages: 40, from: 500), to: &log, &intake)
      #expect(intake.counts.duplicates == 40)
      try log.commit { _ in }
    }
    #expect(folder.names.count > 2)
    var total = 0
    for name in folder.names {
      var reader = try MessageReader(path: "\(folder.path)/\(name)")
      var decoder = MessageDecoder()
      var decoded = DecodedMessage()
      var message: [UInt8] = []
      while try reader.next(into: &message) {
        #expect(decoder.decode(message.span, into: &decoded))
      }
      #expect(decoder.counts.unknownTemplates == 0)
      #expect(Set(decoded.hellos.map(\.epoch)).count == 1)
      total += decoded.observations.count
    }
    #expect(total == 78)
  }

  @Test func `what is forgotten leaves the disk, and how far an agent is does not`() throws {
    let folder = try TemporaryFolder()
    var settings = ObservationLog.Settings(directory: folder.path)
    settings.mostBytesOfFile = 1_000
    let agent = Agent("n1", messages: 200)
    do {
      var log = try ObservationLog(settings)
      var intake = Intake()
      Self.send(agent, to: &log, &intake)
      try log.commit { _ in }
      let files = folder.names.count
      log.release(
        before: Timestamp(nanoseconds: 1_795_220_481_000_000_100),
        mostObservations: 1_000
      )
      #expect(folder.names.count < files)
      log.release(before: Timestamp(nanoseconds: .max), mostObservations: 1_000)
      #expect(folder.names.count == 1)
    }
    var log = try ObservationLog(settings)
    let rebuilt = try Rebuilt(&log)
    #expect(rebuilt.taken(agent) == 200)
    #expect(rebuilt.intake.counts.missing == 0)
  }

  @Test func `a disk without room acknowledges nothing, and goes on when there is some`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/log"
    var log = try ObservationLog(ObservationLog.Settings(directory: path))
    defer { _ = try? Command("rm", ["-rf", path]) }
    var intake = Intake()
    Self.send(Agent("n1", messages: 10), to: &log, &intake)
    // A folder that is gone takes no file, as a disk without room takes no bytes.
    #expect(try Command("mv", [path, "\(path)-away"]).status == 0)
    var safe: [ObservationLog.Safe] = []
    #expect(throws: SystemError.self) { try log.commit { safe.append($0) } }
    #expect(safe.isEmpty)
    #expect(log.pendingBytes > 0)
    #expect(try Command("mv", ["\(path)-away", path]).status == 0)
    try log.commit { safe.append($0) }
    #expect(safe.map(\.sequence) == [10])
    #expect(log.pendingBytes == 0)
  }

  @Test func `bytes that are no message are told, and what stands before them counts`() throws {
    let folder = try TemporaryFolder()
    do {
      var log = try ObservationLog(ObservationLog.Settings(directory: folder.path))
      var intake = Intake()
      Self.send(Agent("n1", messages: 10), to: &log, &intake)
      try log.commit { _ in }
    }
    let file = "\(folder.path)/\(folder.names[0])"
    #expect(try Command("sh", ["-c", "echo 'something else entirely' >>'\(file)'"]).status == 0)
    var log = try ObservationLog(ObservationLog.Settings(directory: folder.path))
    let rebuilt = try Rebuilt(&log)
    #expect(rebuilt.numbers["n1"]?.count == 9)
    #expect(rebuilt.problems.count == 1)
    #expect(
      rebuilt.problems.first?.hasSuffix(" on are no messages of an agent; they are left out")
        == true
    )
    #expect(rebuilt.problems.first?.contains(": 24 bytes from byte ") == true)
  }

  @Test func `a file is read on behind its damage`() throws {
    let folder = try TemporaryFolder()
    let agent = Agent("n1", messages: 100)
    do {
      var log = try ObservationLog(ObservationLog.Settings(directory: folder.path))
      var intake = Intake()
      Self.send(agent, to: &log, &intake)
      try log.commit { _ in }
    }
    let file = "\(folder.path)/\(folder.names[0])"
    let middle = try length(of: file) / 2
    let harm =
      "head -c 500 /dev/zero | dd of='\(file)' bs=1 seek=\(middle) conv=notrunc status=none"
    #expect(try Command("sh", ["-c", harm]).status == 0)
    var log = try ObservationLog(ObservationLog.Settings(directory: folder.path))
    let rebuilt = try Rebuilt(&log)
    let numbers = rebuilt.numbers["n1"] ?? []
    // Not the message whose end it is, which would say what nobody told.
    #expect((80..<99).contains(numbers.count))
    #expect(numbers.allSatisfy { (1..<100).contains($0) })
    #expect(numbers == Array(Set(numbers)).sorted())
    #expect(numbers.first == 1)
    #expect(numbers.last == 99)
    #expect(rebuilt.taken(agent) == 100)
    #expect(rebuilt.intake.counts.missing == 99 - numbers.count)
    #expect(rebuilt.problems.count == 1)
  }

  private func length(of path: String) throws -> Int {
    var status = stat()
    // SAFETY: the system fills the structure, and keeps no pointer to it or to the path.
    #expect(unsafe stat(path, &status) == 0)
    return Int(status.st_size)
  }

  private func truncate(_ path: String, to length: Int) throws {
    // SAFETY: the path outlives the call.
    #expect(unsafe Glibc.truncate(path, length) == 0)
  }
}

extension ObservationLogTests.Agent {
  mutating func keep(first count: Int) { messages = Array(messages.prefix(count)) }
}
