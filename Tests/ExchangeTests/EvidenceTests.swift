import Correlation
import Exchange
import System
import Testing
import Wire

/// What a collector asks of an agent's ring, and what comes back, on the wire.
@Suite struct EvidenceTests {
  private static let v4 = FiveTuple(
    from: Endpoint(IPAddress(v4: 0xcb00_7101), 40_000),
    to: Endpoint(IPAddress(v4: 0xc633_6407), 53)
  )
  private static let v6 = FiveTuple(
    from: Endpoint(IPAddress(high: 0x2001_0db8_0000_0000, low: 1), 0),
    to: Endpoint(IPAddress(v4: 0), 53)
  )

  private static func request(_ wanted: [FiveTuple]) -> EvidenceRequest {
    EvidenceRequest(
      number: 1 << 63 | 7,
      wanted: wanted,
      from: noon,
      to: noon + .seconds(20),
      mostFrames: 20_000,
      mostBytes: 1 << 23
    )
  }

  private static func frame(_ number: UInt64, bytes: Int = 256) -> RingFrame {
    RingFrame(
      request: 7,
      time: noon + .milliseconds(Int64(number)),
      number: number,
      link: .linuxCookedV2,
      originalLength: 1_300,
      interface: "veth12ab",
      bytes: (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &+ Int(number)) }
    )
  }

  private static func messages(_ body: (inout MessageEncoder, (([UInt8]) -> Void)) -> Void)
    -> [[UInt8]]
  {
    var messages: [[UInt8]] = []
    var encoder = MessageEncoder(.answers)
    body(&encoder) { messages.append($0) }
    encoder.flush(at: noon) { messages.append($0) }
    return messages
  }

  @Test func `what is asked of a ring comes out as it went in, in one message`() {
    var early = Self.request([Self.v4])
    // Before what NTP's 64 bits can say.
    early.from = Timestamp(nanoseconds: .min)
    let most = Self.request(Array(repeating: Self.v6, count: EvidenceRequest.mostWanted))
    for request in [Self.request([Self.v4]), Self.request([Self.v4, Self.v6]), early, most] {
      let sent = Self.messages { encoder, emit in encoder.append(request, at: noon, emit) }
      #expect(sent.count == 1)
      let reading = Reading(sent)
      #expect(reading.decoded.requests == [request])
      #expect(reading.counts.malformed == 0)
    }
  }

  @Test func `a request for more than there may be is cut, and counted`() {
    let request = Self.request([Self.v4])
    let sent = Self.messages { encoder, emit in
      for _ in 0..<EvidenceRequest.mostWanted + 3 { encoder.append(request, at: noon, emit) }
    }
    let reading = Reading(sent)
    #expect(reading.decoded.requests.map(\.wanted.count) == [EvidenceRequest.mostWanted])
    #expect(reading.counts.malformed == 3)
  }

  @Test func `frames of a ring and their end come out as they went in`() {
    let frames = [0, 1, 255, 256, RingFrame.mostBytes].enumerated().map { number, bytes in
      Self.frame(UInt64(number), bytes: bytes)
    }
    var end = EvidenceEnd(request: 7, .answered)
    (end.frames, end.isOverwritten, end.isBounded, end.since) = (5, true, true, noon)
    let ends = [end, EvidenceEnd(request: 8, .noRing), EvidenceEnd(request: 9, .busy)]
    let sent = Self.messages { encoder, emit in
      for frame in frames { encoder.append(frame, at: noon, emit) }
      for end in ends { encoder.append(end, at: noon, emit) }
    }
    let reading = Reading(sent)
    #expect(reading.decoded.frames == frames)
    #expect(reading.decoded.ends == ends)
    #expect(reading.counts.unknownElements == 0)
  }

  @Test func `what is too long for a frame or a name is cut, not refused`() {
    var frame = Self.frame(1, bytes: RingFrame.mostBytes + 1)
    frame.interface = String(repeating: "x", count: 65)
    frame.originalLength = 70_000
    let sent = Self.messages { encoder, emit in encoder.append(frame, at: noon, emit) }
    let told = Reading(sent).decoded.frames
    #expect(told.map(\.bytes.count) == [RingFrame.mostBytes])
    #expect(told.map(\.interface.utf8.count) == [64])
    #expect(told.map(\.originalLength) == [65_535])
  }

  @Test func `every prefix of an answer is read without a trap`() {
    let sent = Self.messages { encoder, emit in
      encoder.append(Self.frame(1, bytes: 64), at: noon, emit)
      encoder.append(EvidenceEnd(request: 7, .answered), at: noon, emit)
      encoder.append(Self.request([Self.v6]), at: noon, emit)
    }
    let whole = sent[0]
    for count in 0..<whole.count {
      var message = Array(whole[..<count])
      if count >= 4 {
        message[2] = UInt8(count >> 8)
        message[3] = UInt8(count & 0xff)
      }
      var decoder = MessageDecoder()
      var decoded = DecodedMessage()
      let isTaken = decoder.decode(message.span, into: &decoded)
      #expect(isTaken == (count >= MessageHeader.byteCount))
    }
  }

  @Test func `an outcome that there is not is malformed`() {
    let sent = Self.messages { encoder, emit in
      encoder.append(EvidenceEnd(request: 7, .busy), at: noon, emit)
    }
    var message = sent[0]
    // Behind it: frames told, and two booleans.
    message[message.count - 7] = 3
    let reading = Reading([message])
    #expect(reading.decoded.ends.isEmpty)
    #expect(reading.counts.malformed == 1)
  }

  @Test func `answers are no part of what an agent observed, and are counted nowhere`() throws {
    var settings = CollectingServer.Settings()
    settings.letsAnyoneIn = true
    let home = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
    var server = try CollectingServer([CollectingServer.Door(home)], settings)
    var agent = try HandWrittenAgent(to: server.endpoints[0])
    var hello = AgentHello(node: "n1", domain: 1, epoch: 5)
    hello.ringBytes = 64 << 20
    agent.send(agent.message(hello))
    var told = Told()
    server.run(&told) { $0.opened.count == 1 }
    #expect(told.opened.map(\.ringBytes) == [64 << 20])
    let connection = try #require(told.connections.first)
    let request = Self.request([Self.v4, Self.v6])
    let isAsked = server.request(connection, request)
    #expect(isAsked)
    let end = Instant.now() + .seconds(5)
    while agent.requests.isEmpty, Instant.now() < end { agent.listen() }
    #expect(agent.requests == [request])

    // An observation that stands among answers is none.
    agent.send(agent.message(AgentHello(node: "n1", domain: 1, epoch: 5), [mark]))
    for message in Self.messages({ encoder, emit in
      encoder.append(Self.frame(1), at: noon, emit)
      encoder.append([mark], at: noon, emit)
      encoder.append(EvidenceEnd(request: 7, .answered), at: noon, emit)
    }) {
      agent.send(message)
    }
    agent.send(agent.message(nil, [mark]))
    server.run(&told) { $0.arrivals.count == 2 && !$0.ends.isEmpty }
    #expect(told.arrivals.map(\.place) == [0, 2])
    #expect(told.arrivals.map(\.recordCount) == [2, 1])
    #expect(told.frames == [Self.frame(1)])
    #expect(told.ends == [EvidenceEnd(request: 7, .answered)])
    #expect(told.closed.isEmpty)
    server.dismiss(connection, because: "enough") { told.note($0) }
    let isAskedAgain = server.request(connection, request)
    #expect(!isAskedAgain, "nobody is there any more")
  }

  @Test func `an agent is asked and answers over the connection that its observations take`() throws
  {
    var settings = CollectingServer.Settings()
    settings.letsAnyoneIn = true
    let home = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
    var collector = KeepingCollector(
      try CollectingServer([CollectingServer.Door(home)], settings)
    )
    let port = collector.server.endpoints[0].port
    var target = Exporter.Settings(host: "127.0.0.1", port: port)
    target.ringBytes = 1 << 20
    let spool = try Spool(Spool.Settings(directory: nil, node: "n1", epoch: 3))
    var exporter = try Exporter(target, spool)
    exporter.spool.append([mark], at: noon)
    exporter.spool.flush(at: noon)
    _ = run(&exporter, &collector) { exporter, collector in
      exporter.isSettled && collector.observations.count == 1
    }
    #expect(collector.told.opened.first?.ringBytes == 1 << 20)
    let connection = try #require(collector.told.connections.first)
    for _ in 0..<10 { _ = collector.server.request(connection, Self.request([Self.v4])) }
    var asked: [EvidenceRequest] = []
    _ = run(&exporter, &collector) { _, collector in
      collector.told.ends.count == 2
    }
    asked += exporter.takeRequests()
    #expect(asked == Array(repeating: Self.request([Self.v4]), count: 8))
    #expect(collector.told.ends.map(\.outcome) == [.busy, .busy])
    let hasRoom = exporter.hasRoomForAnswers
    #expect(hasRoom)
    let frames = (1...300).map { Self.frame(UInt64($0)) }
    exporter.answer(frames, EvidenceEnd(request: 7, .answered))
    exporter.spool.append([mark], at: noon)
    exporter.spool.flush(at: noon)
    _ = run(&exporter, &collector) { exporter, collector in
      exporter.isSettled && collector.told.ends.count == 3
    }
    #expect(collector.told.frames == frames)
    #expect(collector.observations == [mark, mark])
    #expect(collector.missing == 0)
    let health = exporter.health
    #expect(health.recordsTold == health.recordsAcknowledged)
  }
}
