internal import Memory
public import Wire

/// The runs that a node's flows were in when it was seen last, in the table that gathered them.
///
/// There may be a million of them. The table is handed over as it is, and a run is made of it when somebody asks: made
/// by one thread as observations and read by another, they took a sixth of an analysis.
public final class LastRuns: Sendable {
  private let table: FlowTable
  private let frameCode: FrameCode

  init(_ table: consuming FlowTable, _ frameCode: FrameCode) {
    self.table = table
    self.frameCode = frameCode
  }

  /// How many places there are, which are the observer's numbers of its flows; not at each of them is a run.
  public var count: Int { table.flows.count }

  /// Whether none of these numbers was given out twice.
  public var isNumbered: Bool { !table.hasReused }

  /// The run at a place, if there is one.
  public subscript(place: Int) -> Run? { table.run(at: place, frameCode) }

  /// The addresses of all flows, in the direction that was seen first.
  public var tuples: [FiveTuple] {
    var tuples: [FiveTuple] = []
    tuples.reserveHugePages(table.flows.count)
    for flow in table.flows { tuples.append(flow.pair.tuple) }
    return tuples
  }

  /// A run that names flows by their numbers alone.
  public struct Numbered: Sendable {
    public var forward: Stretch
    public var reverse: Stretch
    /// When its first datagram was seen.
    public var first: Timestamp
    public var firstWitness: Witness
    public var isFirst: Bool
    public var hopMost: UInt8
    public var hopLeast: UInt8
    public var traits: Run.Traits

    /// One direction of it; flows are named as `Run.Numbers` does.
    public struct Stretch: Sendable {
      public var datagrams: UInt32
      public var matched: UInt32
      public var origin: UInt32
      public var result: UInt32
      public var last: Timestamp
      public var lastWitness: Witness
    }
  }

  /// The run at a place, if there is one.
  public func numbered(_ place: Int) -> Numbered? {
    guard let answers = table.answersOfRun(at: place) else { return nil }
    let flow = table.flows[place]
    let isAnswered = flow.forward.datagrams == 0 && answers.datagrams > 0
    return Numbered(
      forward: stretch(flow.forward),
      reverse: stretch(answers),
      first: isAnswered
        ? min(flow.start(of: flow.forward), flow.start(of: answers)) : flow.start(of: flow.forward),
      firstWitness: frameCode.decode(flow.startFrame),
      isFirst: flow.isFirstRun,
      hopMost: max(flow.hopLeast, flow.hopMost),
      hopLeast: flow.hopLeast,
      traits: flow.traits
    )
  }

  @inline(__always)
  private func stretch(_ half: Flow.Half) -> Numbered.Stretch {
    Numbered.Stretch(
      datagrams: half.datagrams,
      matched: half.matched,
      origin: half.origin.bits,
      result: half.result.bits,
      last: half.last,
      lastWitness: frameCode.decode(half.lastFrame)
    )
  }
}

/// What an observer hands over at a time.
public enum ObservationBatch: Sendable {
  case some([Observation])
  /// At the end, all that its flows have left to tell.
  case lastRuns(LastRuns)

  /// Each by itself.
  public var observations: [Observation] {
    var all: [Observation] = []
    inPieces { all += $0 }
    return all
  }

  /// Each by itself, a few hundred at a time, so that memory does not hold the last runs twice.
  public func inPieces(_ body: ([Observation]) -> Void) {
    switch self {
    case .some(let observations): body(observations)
    case .lastRuns(let runs):
      var piece: [Observation] = []
      for place in 0..<runs.count {
        if let run = runs[place] { piece.append(.run(run)) }
        guard piece.count >= NodeObserver.chunk || place == runs.count - 1 else { continue }
        body(piece)
        piece.removeAll(keepingCapacity: true)
      }
    }
  }
}
