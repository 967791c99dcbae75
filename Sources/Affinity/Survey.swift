internal import Correlation
internal import Memory
internal import Wire

/// What translations tell of flows and of addresses, before it is asked who served whom.
struct Survey: Sendable {
  /// What is known of each flow.
  private var marks: [Marks]
  /// What each flow's datagrams became first, as far as they themselves tell.
  private var forwardResults: [FlowID]
  /// The flow that leads to each flow, or `several`.
  private var referrers: [FlowID]
  private static let several = FlowID(index: -2)
  /// Whether there is a flow that several others lead to.
  private(set) var hasShared = false
  /// Source addresses that translations put in place of clients' own.
  private(set) var rewritingAddresses = Gathering<IPAddress>()
  private(set) var translatedBackends = Gathering<Endpoint>()
  private(set) var translatedFronts = Gathering<Endpoint>()
  /// Those whose flows were translated; asked for, and gathered, only where other flows were not.
  private(set) var clientAddresses = Gathering<IPAddress>()
  /// Whether a node's capture shows what it forwards both on its way in and on its way out.
  private(set) var showsForwarding: [Bool]
  /// Runs whose answers leave their node as they are, as places in the ledger.
  private(set) var untranslatedAnswers: [Int32] = []

  private struct Marks: OptionSet, Sendable {
    var rawValue: UInt8

    /// Its datagrams were made out of another's.
    static let isMade = Self(rawValue: 1)
    /// Its answers became another's.
    static let isAnsweredOn = Self(rawValue: 2)
    /// It carries more than answers.
    static let isAsked = Self(rawValue: 4)
    /// It carries what was translated once and will be once more.
    static let isInner = Self(rawValue: 8)
    static let hasPrevious = Self(rawValue: 16)
    /// It leads to another.
    static let isTranslated = Self(rawValue: 32)
  }

  init(_ ledger: Ledger, nodes: Int) {
    let count = ledger.book.count
    marks = Array(inHugePages: [], count: count)
    forwardResults = Array(inHugePages: .none, count: count)
    referrers = Array(inHugePages: .none, count: count)
    showsForwarding = Array(repeating: false, count: nodes)
    for (index, run) in ledger.runs.enumerated() { note(run, index) }
    for flow in 0..<count { conclude(flow) }
    for run in ledger.runs { follow(run, ledger.book) }
    if hasUntranslated { for run in ledger.runs { noteClient(of: run, ledger.book) } }
  }

  private mutating func note(_ run: NodeRun, _ index: Int) {
    let flow = Int(run.flow.index)
    var told: Marks = []
    if !run.forward.result.isNone, forwardResults[flow].isNone {
      forwardResults[flow] = run.forward.result
    }
    if !run.forward.origin.isNone { told.insert(.isMade) }
    let passed = run.traits.contains(.answersPassed) && !run.traits.contains(.askedDirectly)
    if passed, !run.reverse.result.isNone {
      untranslatedAnswers.append(Int32(truncatingIfNeeded: index))
    }
    if !run.reverse.result.isNone {
      told.insert(.isAnsweredOn)
      if !run.reverse.origin.isNone { told.insert(.isInner) }
    } else if run.reverse.datagrams > 0, run.traits.contains(.reverseOutgoing) {
      untranslatedAnswers.append(Int32(truncatingIfNeeded: index))
    }
    if run.forward.datagrams > 0 { told.insert(.isAsked) }
    marks[flow].formUnion(told)
    if run.hopLeast < run.hopMost, run.traits.isSuperset(of: [.forwardIncoming, .forwardOutgoing]) {
      showsForwarding[Int(run.node)] = true
    }
  }

  private mutating func conclude(_ flow: Int) {
    let told = marks[flow]
    // What a flow's answers became says where it comes from, unless its own datagrams show it as the beginning.
    if told.contains(.isMade) || (told.contains(.isAnsweredOn) && forwardResults[flow].isNone) {
      marks[flow].insert(.hasPrevious)
    }
    // A half-translated leg carries answers only, from one leg into another.
    if told.contains(.isAsked) { marks[flow].remove(.isInner) }
  }

  /// Takes note of where a run's datagrams went, and under which addresses.
  private mutating func follow(_ run: NodeRun, _ book: FlowBook) {
    let told = marks[Int(run.flow.index)]
    guard !told.contains(.isInner) else { return }
    let next = next(run)
    guard !next.isNone else { return }
    let referrer = referrers[Int(next.index)]
    if referrer == .none || referrer == run.flow {
      referrers[Int(next.index)] = run.flow
    } else {
      referrers[Int(next.index)] = Self.several
      hasShared = true
    }
    let (before, after) = (book[run.flow], book[next])
    if before.source != after.source { rewritingAddresses.insert(after.source.address) }
    translatedBackends.insert(after.destination)
    marks[Int(run.flow.index)].insert(.isTranslated)
    if !told.contains(.hasPrevious) { translatedFronts.insert(before.destination) }
  }

  /// Whether there is a beginning that leads nowhere else.
  private var hasUntranslated: Bool {
    marks.contains { $0.isDisjoint(with: [.hasPrevious, .isInner, .isTranslated]) }
  }

  private mutating func noteClient(of run: NodeRun, _ book: FlowBook) {
    let told = marks[Int(run.flow.index)]
    guard told.isDisjoint(with: [.hasPrevious, .isInner]), !next(run).isNone else { return }
    clientAddresses.insert(book[run.flow].source.address)
  }

  /// Whether a flow is the client's own: made out of no other, and not halfway between two.
  func isBeginning(_ flow: FlowID) -> Bool {
    marks[Int(flow.index)].isDisjoint(with: [.hasPrevious, .isInner])
  }

  /// How many flows are the clients' own.
  func beginnings(among flows: Range<Int>) -> Int {
    marks[flows].count { $0.isDisjoint(with: [.hasPrevious, .isInner]) }
  }

  /// The flow that a run's datagrams became, by the datagrams themselves or else by their answers.
  ///
  /// Answers are often all alike; where datagrams of the flow tell the way, answers may confirm it and not change it.
  func next(_ run: NodeRun) -> FlowID {
    if !run.forward.result.isNone { return run.forward.result }
    // A flow that datagrams were made into, and that they leave as it is, ends here.
    if marks[Int(run.flow.index)].contains(.isMade) { return .none }
    let told = forwardResults[Int(run.flow.index)]
    return told.isNone || told == run.reverse.origin ? run.reverse.origin : .none
  }

  /// Follows runs to their places.
  mutating func moveRuns(by order: RunOrder) {
    untranslatedAnswers = order.places(of: untranslatedAnswers)
  }

  /// Whether more than one flow leads to a flow.
  func isShared(_ flow: FlowID) -> Bool { referrers[Int(flow.index)] == Self.several }
}
