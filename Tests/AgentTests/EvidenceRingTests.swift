import Agent
import Exchange
import System
import Testing
import Wire
import Workbench

/// What a ring answers to a collector.
@Suite struct EvidenceRingTests {
  private static let client = Endpoint(IPAddress(v4: 0xcb00_7101), 40_000)
  private static let other = Endpoint(IPAddress(v4: 0xcb00_7101), 40_001)
  private static let front = Endpoint(IPAddress(v4: 0xc633_6407), 20_001)
  private static let seen = Endpoint(IPAddress(v4: 0x0af4_0101), 16_856)
  private static let backend = Endpoint(IPAddress(v4: 0x0af4_0302), 20_001)
  private static let client6 = Endpoint(IPAddress(high: 0x2001_0db8_00cc_0000, low: 1), 40_000)
  private static let front6 = Endpoint(IPAddress(high: 0x2001_0db8_001b_0000, low: 7), 20_001)
  private static let nodes = (IPAddress(v4: 0xc0a8_630b), IPAddress(v4: 0xc0a8_630c))
  private static let station = MACAddress(0x0200_0000_0001)
  private static let link = Link.linuxCookedV2(.incoming, interface: 3, from: station)
  private static let noon = Timestamp(nanoseconds: 1_795_262_400_000_000_000)

  private static func packet(
    _ source: Endpoint,
    _ destination: Endpoint,
    _ payload: Int = 40
  ) -> IPPacket {
    let bytes = (0..<payload).map { UInt8(truncatingIfNeeded: $0) }
    return UDPSegment(FiveTuple(from: source, to: destination), payload: bytes).packet
  }

  private static func ring(_ frames: [[UInt8]], capacity: Int = 1 << 20) throws -> EvidenceRing {
    let ring = try EvidenceRing(capacity: capacity, snapLength: 256, at: noon)
    ring.note([NetworkLink(index: 3, name: "veth3", isUp: true)])
    for (number, frame) in frames.enumerated() {
      let header = FrameStore.Header(
        time: noon + .milliseconds(Int64(number)),
        number: UInt64(number + 1),
        interface: UInt32(number == 1 ? 9 : 3),
        originalLength: UInt32(frame.count)
      )
      ring.store.withLock { $0.append(header, frame.span) }
    }
    return ring
  }

  private static func request(
    _ wanted: [FiveTuple],
    from: Timestamp = noon,
    to: Timestamp = noon + .seconds(60),
    mostFrames: UInt32 = 1_000,
    mostBytes: UInt64 = 1 << 20
  ) -> EvidenceRequest {
    EvidenceRequest(
      number: 5,
      wanted: wanted,
      from: from,
      to: to,
      mostFrames: mostFrames,
      mostBytes: mostBytes
    )
  }

  private static func answer(
    _ ring: EvidenceRing,
    _ request: EvidenceRequest
  ) throws -> (frames: [RingFrame], end: EvidenceEnd) {
    var look = ring.look(for: request)
    var frames: [RingFrame] = []
    var rounds = 0
    while !look.isOver, rounds < 10_000 {
      frames += ring.go(on: &look, atMost: 1_024)
      rounds += 1
    }
    return (frames, try #require(look.told))
  }

  @Test func `the frames of a client are told as they are, both ways, and nobody else's`() throws {
    let frames = [
      Self.packet(Self.client, Self.front), Self.packet(Self.other, Self.front),
      Self.packet(Self.seen, Self.backend), Self.packet(Self.backend, Self.seen),
      Self.packet(Self.front, Self.client), Self.packet(Self.front, Self.other),
      Self.packet(Self.client, Self.backend),
    ].map(Self.link.frame)
    let wanted = [
      FiveTuple(from: Self.client, to: Self.front), FiveTuple(from: Self.seen, to: Self.backend),
    ]
    let (told, end) = try Self.answer(Self.ring(frames), Self.request(wanted))
    #expect(told.map(\.number) == [1, 3, 4, 5])
    #expect(told.map(\.bytes) == [frames[0], frames[2], frames[3], frames[4]])
    #expect(told.map(\.originalLength) == [88, 88, 88, 88])
    #expect(told.allSatisfy { $0.link == .linuxCookedV2 && $0.request == 5 })
    #expect(told.map(\.interface) == ["veth3", "veth3", "veth3", "veth3"])
    #expect(told[1].time == Self.noon + .milliseconds(2))
    var expected = EvidenceEnd(request: 5, .answered)
    (expected.frames, expected.since) = (4, Self.noon)
    #expect(end == expected)
  }

  @Test func `an interface that nobody has named has no name`() throws {
    let frames = [Self.packet(Self.other, Self.front), Self.packet(Self.client, Self.front)].map(
      Self.link.frame
    )
    let wanted = Self.request([FiveTuple(from: Self.client, to: Self.front)])
    #expect(try Self.answer(Self.ring(frames), wanted).frames.map(\.interface) == [""])
  }

  @Test func `port 0 is every port, and no address is every address`() throws {
    let frames = [
      Self.packet(Self.client, Self.front), Self.packet(Self.other, Self.front),
      Self.packet(Self.backend, Self.other), Self.packet(Self.seen, Self.backend),
    ].map(Self.link.frame)
    let ring = try Self.ring(frames)
    func numbers(_ source: Endpoint, _ destination: Endpoint) throws -> [UInt64] {
      let pair = FiveTuple(from: source, to: destination)
      return try Self.answer(ring, Self.request([pair])).frames.map(\.number)
    }
    let any = Endpoint(IPAddress(v4: 0), 0)
    #expect(try numbers(Endpoint(Self.client.address, 0), Self.front) == [1, 2])
    #expect(try numbers(Self.other, any) == [2, 3])
    #expect(try numbers(any, Self.front) == [1, 2])
    #expect(try numbers(Endpoint(IPAddress(high: 0, low: 0), 0), Self.backend) == [3, 4])
  }

  @Test func `what is inside a tunnel is found, in both families`() throws {
    let tunnel = Tunnel.vxlan(network: 1, from: Self.station, to: Self.station)
    func wrapped(_ inner: IPPacket) -> [UInt8] {
      Self.link.frame(tunnel.wrap(inner, from: Self.nodes.0, to: Self.nodes.1))
    }
    let frames = [
      wrapped(Self.packet(Self.seen, Self.backend)), wrapped(Self.packet(Self.other, Self.backend)),
      wrapped(Self.packet(Self.client6, Self.front6)),
      wrapped(Self.packet(Self.front6, Self.client6)),
    ]
    let ring = try Self.ring(frames)
    let four = Self.request([FiveTuple(from: Self.seen, to: Self.backend)])
    #expect(try Self.answer(ring, four).frames.map(\.number) == [1])
    let six = Self.request([FiveTuple(from: Self.client6, to: Self.front6)])
    #expect(try Self.answer(ring, six).frames.map(\.number) == [3, 4])
  }

  @Test func `fragments, errors and announcements that belong to it come too, and no others`()
    throws
  {
    var large = Self.packet(Self.client, Self.front, 3_000)
    large.identification = 77
    var stranger = Self.packet(Self.other, Self.front, 3_000)
    stranger.identification = 78
    let mine = large.fragments(mtu: 1_500).map(Self.link.frame)
    let theirs = stranger.fragments(mtu: 1_500).map(Self.link.frame)
    func error(_ quoted: IPPacket) -> [UInt8] {
      Self.link.frame(
        ICMPError(.portUnreachable, quoting: quoted.bytes).packet(
          from: Self.backend.address,
          to: Self.client.address
        )
      )
    }
    let announced = Self.link.frame(NeighbourAnnouncement(Self.front.address, at: Self.station))
    let notOurs = Self.link.frame(NeighbourAnnouncement(Self.backend.address, at: Self.station))
    let frames =
      [mine[0], theirs[0], mine[1], theirs[1], mine[2], theirs[2]]
      + [
        error(Self.packet(Self.client, Self.front)), error(Self.packet(Self.other, Self.front)),
        announced, notOurs,
      ]
    let wanted = Self.request([FiveTuple(from: Self.client, to: Self.front)])
    let told = try Self.answer(Self.ring(frames), wanted).frames
    #expect(told.map(\.number) == [1, 3, 5, 7, 9])
  }

  @Test func `a time and a bound are kept to, and what they leave out is said`() throws {
    let frames = (0..<50).map { _ in Self.link.frame(Self.packet(Self.client, Self.front)) }
    let ring = try Self.ring(frames)
    let pair = [FiveTuple(from: Self.client, to: Self.front)]
    let timed = Self.request(
      pair,
      from: Self.noon + .milliseconds(10),
      to: Self.noon + .milliseconds(19)
    )
    #expect(try Self.answer(ring, timed).frames.map(\.number) == Array(11...20))
    let few = try Self.answer(ring, Self.request(pair, mostFrames: 7))
    #expect(few.frames.count == 7)
    #expect(few.end.isBounded && few.end.frames == 7)
    // A frame has 88 bytes.
    let short = try Self.answer(ring, Self.request(pair, mostBytes: 5 * 88 + 87))
    #expect(short.frames.count == 5)
    #expect(short.end.isBounded)
    let all = try Self.answer(ring, Self.request(pair, mostFrames: 50, mostBytes: 50 * 88))
    #expect(all.frames.count == 50)
    #expect(!all.end.isBounded)
    let nothing = try Self.answer(
      ring,
      Self.request(pair, from: Self.noon + .seconds(9), to: Self.noon + .seconds(1))
    )
    #expect(nothing.frames.isEmpty)
    #expect(nothing.end.outcome == .answered)
  }

  @Test func `a time from before the ring's beginning, or overwritten, is said to be missing`()
    throws
  {
    let pair = [FiveTuple(from: Self.client, to: Self.front)]
    let young = try Self.ring([])
    let before = Self.request(pair, from: Self.noon - .milliseconds(1))
    #expect(try Self.answer(young, before).end.isOverwritten)
    #expect(try !Self.answer(young, Self.request(pair)).end.isOverwritten)
    // 65,536 bytes hold 546 frames of 120.
    let frames = (0..<1_000).map { _ in Self.link.frame(Self.packet(Self.client, Self.front)) }
    let full = try Self.ring(frames, capacity: 1 << 16)
    let (told, end) = try Self.answer(full, Self.request(pair, mostFrames: 5_000))
    #expect(told.map(\.number) == Array(455...1_000))
    #expect(end.isOverwritten)
    #expect(end.since == Self.noon + .milliseconds(454))
    let health = full.health
    #expect(health.frames == 546)
    #expect(health.overwritten == 454)
    #expect(health.bytes == 1 << 16)
    #expect(health.oldest == Self.noon + .milliseconds(454))
    let late = Self.request(pair, from: Self.noon + .milliseconds(454))
    #expect(try !Self.answer(full, late).end.isOverwritten)
  }

  @Test func `what is overwritten while it is looked at is said, and what comes then is not told`()
    throws
  {
    let frame = Self.link.frame(Self.packet(Self.client, Self.front))
    let ring = try Self.ring(Array(repeating: frame, count: 546), capacity: 1 << 16)
    var look = ring.look(for: Self.request([FiveTuple(from: Self.client, to: Self.front)]))
    for number in 547...3_000 {
      let header = FrameStore.Header(
        time: Self.noon + .milliseconds(Int64(number)),
        number: UInt64(number),
        interface: 3,
        originalLength: UInt32(frame.count)
      )
      ring.store.withLock { $0.append(header, frame.span) }
    }
    var rounds = 0
    var frames: [RingFrame] = []
    while !look.isOver, rounds < 10 {
      frames += ring.go(on: &look, atMost: 1_024)
      rounds += 1
    }
    #expect(look.told?.isOverwritten == true)
    #expect(rounds < 10)
    #expect(frames.allSatisfy { $0.number > 2_000 })
  }

  @Test func `whatever bytes a frame has, and whatever is asked, it is answered`() throws {
    var generator = SeededGenerator(seed: 11)
    var frames: [[UInt8]] = []
    let whole = Self.link.frame(Self.packet(Self.client, Self.front))
    for count in 0...whole.count { frames.append(Array(whole[..<count])) }
    for _ in 0..<500 {
      var frame = whole
      for _ in 0..<3 {
        frame[Int.random(in: frame.indices, using: &generator)] = .random(
          in: 0...255,
          using: &generator
        )
      }
      frames.append(frame)
    }
    let ring = try Self.ring(frames)
    let pairs = [
      FiveTuple(from: Self.client, to: Self.front), FiveTuple(from: Self.front, to: Self.client),
      FiveTuple(from: Endpoint(IPAddress(v4: 0), 0), to: Endpoint(IPAddress(v4: 0), 0)),
    ]
    for pair in pairs {
      for (from, to) in [(Int64.min, Int64.max), (0, 0), (.max, .min)] {
        let request = Self.request(
          [pair],
          from: Timestamp(nanoseconds: from),
          to: Timestamp(nanoseconds: to),
          mostFrames: .max,
          mostBytes: .max
        )
        let (told, end) = try Self.answer(ring, request)
        #expect(end.frames == UInt32(told.count))
        #expect(told.isEmpty == (from != .min))
      }
    }
    let none = Self.request([], mostFrames: 0, mostBytes: 0)
    #expect(try Self.answer(ring, none).frames.isEmpty)
  }
}
