import Companions
import Protocols
import System
import TestSupport
import Testing
import Wire

@Suite struct EchoEngineTests {
  static let client = Endpoint(IPAddress(v4: 0xc000_0207), 40_000)
  static let server = Endpoint(IPAddress(v4: 0x0af4_0107), 5_678)
  static let start = Instant(nanoseconds: 1_000_000_000)

  static func engine(
    pod: String = "echo-0",
    _ change: (inout EchoEngine.Configuration) -> Void = { _ in }
  ) -> EchoEngine {
    var configuration = EchoEngine.Configuration(
      pod: pod,
      node: "n1",
      hostName: pod,
      software: "stickler-echo",
      seed: 7
    )
    configuration.sources = 64
    change(&configuration)
    return EchoEngine(configuration)
  }

  /// The answer to a datagram, and what it was taken for; nil where there is none.
  static func ask(
    _ engine: inout EchoEngine,
    _ request: [UInt8],
    _ answers: Answers,
    from source: Endpoint = client,
    after delay: Interval = .seconds(0)
  ) -> (answer: [UInt8]?, verdict: EchoEngine.Verdict) {
    var found: EchoEngine.Outcome?
    let bytes = written {
      found = engine.answer(
        request.span,
        from: source,
        to: server,
        with: answers,
        at: start + delay,
        time: Timestamp(nanoseconds: 1_795_244_588_000_000_000),
        output: &$0
      )
    }
    guard let outcome = found else { return (nil, .unknown) }
    switch outcome.answer {
    case .none: return (nil, outcome.verdict)
    case .echo: return (request, outcome.verdict)
    case .written: return (bytes, outcome.verdict)
    }
  }

  static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func `every answer knows its own requests and leaves the others alone`() {
    var engine = Self.engine()
    let stun = written {
      StunRequest(transaction: Stun.Transaction(high: 7, low: 8)).write(to: &$0)
    }
    for (request, taken) in [
      (stun, EchoEngine.Verdict.stun), (AffinityVectors.request, .affinity),
      (Self.text("clientip"), .agnhost), (Self.text("anything"), .echo), ([], .echo),
    ] {
      let (answer, verdict) = Self.ask(&engine, request, [.stun, .affinity, .words, .echo])
      #expect(verdict == taken)
      #expect(answer != nil)
      #expect(Self.ask(&engine, request, [.receive]).answer == nil)
    }
    #expect(Self.ask(&engine, Self.text("clientip"), .words).answer == Self.text("192.0.2.7:40000"))
    #expect(Self.ask(&engine, Self.text("hostname"), .words).answer == Self.text("echo-0"))
    #expect(Self.ask(&engine, Self.text("hostname"), .stun).verdict == .unknown)
  }

  @Test func `everything gets the greeting, nothing at all too`() {
    var engine = Self.engine()
    #expect(Self.ask(&engine, [], .hello).answer == Self.text("Hello UDP Client"))
    #expect(Self.ask(&engine, [0xff], .hello).answer == Self.text("Hello UDP Client"))
    #expect(Self.ask(&engine, Self.text("Hello UDP Client"), .hello).verdict == .ownKind)
  }

  @Test func `a source gets one banner, and another when it was silent for long`() {
    var engine = Self.engine()
    let banner = """
      Sat Nov 21 07:03:08 UTC 2026
      Server: 10.244.1.7:5678
      Client: 192.0.2.7:40000


      """
    let x = Self.text("x")
    #expect(Self.ask(&engine, x, .banner).answer == Self.text(banner + "x"))
    #expect(Self.ask(&engine, x, .banner, after: .seconds(59)).answer == x)
    #expect(Self.ask(&engine, x, .banner, after: .seconds(118)).answer == x)
    #expect(Self.ask(&engine, x, .banner, after: .seconds(179)).answer == Self.text(banner + "x"))
  }

  @Test func `a banner names pod and node when told to`() throws {
    var engine = Self.engine { $0.namesInBanner = true }
    let answer = try #require(Self.ask(&engine, [1], .banner).answer)
    let lines = Banner.lines(answer.span)
    #expect(lines?.pod == "echo-0")
    #expect(lines?.node == "n1")
  }

  @Test func `a broadcast is only acknowledged to our own sender, and a retry is not new`() {
    var engine = Self.engine()
    let message = Broadcast.Message(text: Self.text("hello"), id: 9)
    #expect(Self.ask(&engine, Self.text("hello"), .receive).answer == nil)
    #expect(
      Self.ask(&engine, message.encoded, .receive).answer
        == Self.text("stickler-ack 0000000000000009 echo-0")
    )
    // A number is forgotten after a thousand others: memory is bounded.
    let numbers = [9, 9] + (100..<1_200) + [9] as [UInt64]
    let news = numbers.map { engine.isNew($0) }
    #expect(news.first == true)
    #expect(news[1] == false)
    #expect(news.last == true)
  }

  @Test func `malformed requests are counted, and still echoed where anything is`() {
    var engine = Self.engine()
    let broken = Array(StunVectors.request.dropLast(4))
    #expect(Self.ask(&engine, broken, .stun).verdict == .malformed)
    #expect(Self.ask(&engine, broken, .stun).answer == nil)
    #expect(Self.ask(&engine, broken, [.stun, .echo]).answer == broken)
    #expect(engine.count(.malformed) == 3)
    #expect(engine.count(.echo) == 1)
  }

  @Test func `an address gets its answers a second, and another address its own`() {
    var engine = Self.engine { $0.answersPerSecond = 10 }
    func answered(_ count: Int, _ source: Endpoint, _ delay: Interval) -> Int {
      (0..<count).count { index in
        Self.ask(&engine, [UInt8(index)], .hello, from: source, after: delay).answer != nil
      }
    }
    var other = Self.client
    other.port += 1
    #expect(answered(8, Self.client, .seconds(0)) == 8)
    // A forger chooses ports freely: they count together.
    #expect(answered(8, other, .seconds(0)) == 2)
    #expect(answered(8, Endpoint(IPAddress(v4: 1), 1), .seconds(0)) == 8)
    #expect(answered(8, Self.client, .milliseconds(500)) == 5)
    #expect(engine.count(.limited) == 9)
  }

  @Test func `memory is bounded under a flood of sources, and the busy ones are remembered`() {
    var engine = Self.engine()
    for index in 0..<100_000 as Range<UInt32> {
      let source = Endpoint(IPAddress(v4: index), 1_000)
      _ = Self.ask(&engine, [1], .echo, from: source)
      if index % 2 == 0 { _ = Self.ask(&engine, [2], .echo) }
    }
    #expect(engine.sources.count == 64)
    #expect(engine.sources.forgotten > 99_000)
    let busiest = engine.sources.busiest(1, at: Self.start)
    #expect(busiest.first?.endpoint == Self.client)
    #expect(busiest.first?.datagrams == 50_000)
  }

  @Test func `identical heartbeats are echoed for ever, up to a hundred a second`() {
    var engine = Self.engine { $0.answersPerSecond = 0 }
    var answered = 0
    for beat in 0..<20_000 as Range<Int64> {
      let delay = Interval.milliseconds(11 * beat)
      if Self.ask(&engine, Self.text("beat"), .echo, after: delay).answer != nil { answered += 1 }
    }
    #expect(answered == 20_000)
  }

  @Test func `two servers pointed at each other fall silent, whatever they answer`() {
    let kinds: [Answers] = [
      .stun, .affinity, .words, .hello, .echo, .banner, .receive,
      [.stun, .affinity, .words, .echo],
    ]
    let seeds = [
      [], [1, 2, 3], Self.text("hostname"), Self.text("clientip"), Self.text("echo echo echo hi"),
      Self.text("Message number 1 from: x"), AffinityVectors.request, StunVectors.request,
      Broadcast.Message(text: Self.text("hi"), id: 1).encoded,
    ]
    for left in kinds {
      for right in kinds {
        var engines = [Self.engine(pod: "hostname"), Self.engine(pod: "clientip")]
        var underway = seeds.map { (datagram: $0, target: 0) }
        var bounces = 0
        // Fifty microseconds a bounce, as on one machine; all the datagrams are on their way at once.
        while !underway.isEmpty, bounces < 100_000 {
          let (datagram, target) = underway.removeFirst()
          bounces += 1
          let delay = Interval.microseconds(Int64(bounces) * 50)
          let answers = target == 0 ? left : right
          if let answer = Self.ask(&engines[target], datagram, answers, after: delay).answer {
            underway.append((answer, 1 - target))
          }
        }
        #expect(underway.isEmpty, "\(left.names) against \(right.names): \(bounces) bounces")
        #expect(bounces < 30_000)
      }
    }
  }

  @Test func `no answer is longer than its request by more than the allowance`() {
    var random = SplitMix64(state: 10)
    var engine = Self.engine(pod: String(repeating: "long-name-", count: 30)) {
      $0.answersPerSecond = 0
      $0.namesInBanner = true
      $0.sources = 1_024
    }
    let whole = [
      StunVectors.request,
      written { StunRequest(transaction: Stun.Transaction(high: 7, low: 8)).write(to: &$0) },
      AffinityVectors.request, AffinityVectors.newerRequest, Self.text("hostname"),
      Self.text("echo hi"), Broadcast.Message(text: [], id: 1).encoded, [],
    ]
    var excess = 0
    for round in 0..<80_000 {
      var request = whole[round % whole.count]
      if round % 3 > 0 { request = damaged(request, by: &random) }
      let source = Endpoint(
        round % 2 == 0
          ? IPAddress(v4: UInt32(round)) : IPAddress(high: 7 << 60, low: UInt64(round)),
        UInt16(1 + round % 60_000)
      )
      let catchAll = [Answers.hello, .echo, .banner, .receive][round / 8 % 4]
      let answers: Answers = round % 5 == 0 ? [] : catchAll
      let answer = Self.ask(
        &engine,
        request,
        answers.union([.stun, .affinity, .words]),
        from: source
      )
      excess = max(excess, (answer.answer?.count ?? 0) - request.count)
    }
    #expect(excess <= EchoEngine.allowance)
  }
}
