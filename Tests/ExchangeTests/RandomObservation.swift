import Correlation
import Exchange
import Protocols
import TestSupport
import Wire

/// Makes observations up, of every kind and with every value that a field can have.
struct RandomObservation {
  var random: SplitMix64

  init(seed: UInt64) {
    random = SplitMix64(state: seed)
  }

  static let kinds = 9

  mutating func next(kind: Int) -> Observation {
    let leg = pair(over: transport())
    let (time, witness) = (time(), witness())
    switch kind {
    case 0: return .run(run(leg))
    case 1:
      return .unmatched(
        Unmatched(leg, at: time, witness, payloadLength: number(), isLeading: isHeads())
      )
    case 2:
      return .refusal(
        Refusal(of: leg, by: address(), type: number(), code: number(), at: time, witness)
      )
    case 3:
      return .announcement(
        Announcement(of: address(), by: .random(in: 0..<1 << 48, using: &random), at: time, witness)
      )
    case 4:
      return .fragments(
        FragmentTally(of: leg, complete: number(), partial: number(), at: time, witness)
      )
    case 5:
      return .wrongChecksum(
        WrongChecksum(outer: leg, inner: pair(over: transport()), at: time, witness)
      )
    case 6: return .connection(ConnectionSeen(ConnectionMark(bits: number()), on: leg, at: time))
    case 7: return .statement(statement(leg))
    default: return .facts(facts(at: time))
    }
  }

  private mutating func run(_ leg: FiveTuple) -> Run {
    let limits: [UInt8] = [number(), number()].sorted()
    return Run(
      leg: leg,
      forward: stretch(leg.transport),
      reverse: isHeads() ? stretch(leg.transport) : Run.Stretch(),
      isFirst: isHeads(),
      hopLimits: limits[0]...limits[1],
      traits: Run.Traits(rawValue: number())
    )
  }

  private mutating func stretch(_ transport: Transport) -> Run.Stretch {
    var stretch = Run.Stretch()
    stretch.datagrams = number()
    stretch.matched = number()
    stretch.first = time()
    stretch.last = time()
    stretch.firstWitness = witness()
    stretch.lastWitness = witness()
    if isHeads() { stretch.origin = pair(over: transport) }
    if isHeads() { stretch.result = pair(over: transport) }
    return stretch
  }

  private mutating func statement(_ leg: FiveTuple) -> PodStatement {
    let languages: [Statement.Language] = [.stun, .affinityTester, .banner]
    var statement = PodStatement(
      on: leg,
      in: languages[Int.random(in: 0..<3, using: &random)],
      first: time(),
      last: time(),
      sightings: number(),
      witness()
    )
    if isHeads() { statement.seenSource = Endpoint(address(), number()) }
    if isHeads() { statement.server = Endpoint(address(), number()) }
    if isHeads() {
      // Up to more than a name keeps.
      let count = Int.random(in: 0...70, using: &random)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      statement.pod = StatedName(bytes.span)
    }
    return statement
  }

  private mutating func facts(at time: Timestamp) -> NodeFacts {
    var facts = NodeFacts(at: time)
    if isHeads() {
      facts.timeouts = NodeFacts.Timeouts(unanswered: interval(), stream: interval())
    }
    if isHeads() { facts.table = NodeFacts.Table(count: number(), limit: number()) }
    if isHeads() { facts.refusals = NodeFacts.Refusals(insertions: number(), packets: number()) }
    if isHeads() {
      facts.clock = NodeFacts.Clock(isSynchronized: isHeads(), estimatedError: interval())
    }
    if isHeads() {
      facts.reversePath = NodeFacts.ReversePath(
        strictCount: number(),
        strictName: StatedName(isHeads() ? "eth0" : ""),
        dropped: number()
      )
    }
    if isHeads() { facts.proxyMode = ProxyMode.allCases.randomElement(using: &random) }
    if isHeads() { facts.proxyStart = self.time() }
    return facts
  }

  private mutating func interval() -> Interval {
    Interval(nanoseconds: Int64(bitPattern: number()))
  }

  mutating func isHeads() -> Bool { Bool.random(using: &random) }

  mutating func number<Number: FixedWidthInteger & UnsignedInteger>() -> Number {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: 0
    case 1: .max
    default: .random(in: 0 ... .max, using: &random)
    }
  }

  private mutating func transport() -> Transport {
    isHeads() ? .udp : Transport(rawValue: number())
  }

  /// Mostly IPv4, so that records of one family come up often enough.
  mutating func address() -> IPAddress {
    Int.random(in: 0..<20, using: &random) > 0
      ? IPAddress(v4: number()) : IPAddress(high: number(), low: number())
  }

  private mutating func pair(over transport: Transport) -> FiveTuple {
    FiveTuple(
      from: Endpoint(address(), number()),
      to: Endpoint(address(), number()),
      over: transport
    )
  }

  /// Mostly of these years, now and then anything that a capture may claim.
  mutating func time() -> Timestamp {
    switch Int.random(in: 0..<40, using: &random) {
    case 0: Timestamp(nanoseconds: .random(in: .min ... .max, using: &random))
    case 1: Timestamp(nanoseconds: .min)
    case 2: Timestamp(nanoseconds: .max)
    case 3: Timestamp(nanoseconds: 0)
    default: Timestamp(nanoseconds: .random(in: 0..<4_000_000_000_000_000_000, using: &random))
    }
  }

  private mutating func witness() -> Witness {
    Witness(
      file: .random(in: 0..<1 << 24, using: &random),
      frame: .random(in: 0..<1 << 40, using: &random)
    )
  }

  mutating func tally() -> NodeTally {
    var tally = NodeTally(name: "node-\(UInt8.random(in: 0...255, using: &random))é")
    tally.isNameGiven = isHeads()
    tally.frames.frames = count()
    tally.frames.malformed = count()
    tally.frames.truncated = count()
    if isHeads() { tally.frames.leastPayload = number() }
    if isHeads() { tally.dropped = count() }
    if isHeads() { tally.untold = count() }
    for tier in Tier.allCases { tally.matching[tier] = Int(count()) }
    tally.matching.ambiguous = Int(count())
    tally.matching.unmatched = Int(count())
    tally.matching.evicted = Int(count())
    tally.matching.sightings = Int(count())
    tally.matching.repeats = Int(count())
    tally.orphans = Int(count())
    if isHeads() {
      let moments = [time(), time()].sorted()
      tally.moments = moments[0]...moments[1]
    }
    return tally
  }

  private mutating func count() -> UInt64 { .random(in: 0...1 << 40, using: &random) }
}
