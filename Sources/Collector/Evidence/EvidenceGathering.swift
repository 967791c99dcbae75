internal import Exchange
internal import Reporting
internal import System
internal import Wire

/// Asks agents for the packets behind findings, and gathers what they answer until all have, or their time is over.
///
/// It holds no socket and reads no clock.
struct EvidenceGathering {
  typealias Connection = CollectingServer.Connection

  /// An agent that is connected.
  struct Agent {
    var connection: Connection
    var node: String
    var hasRing: Bool
  }

  private struct Open {
    var number: UInt64
    var job: EvidenceDesk.Job
    var deadline: Instant
    /// Who has not said that it was all.
    var asked: [Connection: Int] = [:]
    var bytes = 0
    var gathered: GatheredEvidence
  }

  /// How long agents have.
  private let patience: Interval
  private var open: [Open] = []
  private var lastNumber: UInt64 = 0

  /// What an agent may answer, and all of them together.
  private static let mostFrames: UInt32 = 20_000
  private static let mostBytes: UInt64 = 8 << 20
  private static let mostOfAll = 32 << 20
  /// What a frame takes beside its bytes.
  private static let frameCost = 128

  init(patience: Interval) {
    self.patience = patience
  }

  /// When something is over although nothing comes.
  var deadline: Instant? { open.map(\.deadline).min() }

  /// Begins, by asking all agents that keep a ring; `ask` says whether one could be asked.
  mutating func begin(
    _ job: EvidenceDesk.Job,
    _ agents: [Agent],
    at now: Instant,
    _ ask: (Connection, EvidenceRequest) -> Bool
  ) {
    lastNumber += 1
    var one = Open(
      number: lastNumber,
      job: job,
      deadline: now + patience,
      gathered: GatheredEvidence(question: job.question, nodes: [])
    )
    for agent in agents {
      var node = GatheredEvidence.Node(name: agent.node, outcome: .noRing)
      if agent.hasRing {
        node.outcome = .silent
        let place = one.gathered.nodes.count
        if ask(agent.connection, request(job, of: agent.node)) {
          one.asked[agent.connection] = place
        }
      }
      one.gathered.nodes.append(node)
    }
    open.append(one)
  }

  private func request(_ job: EvidenceDesk.Job, of node: String) -> EvidenceRequest {
    // By its own clock, as far as that is known; and if not, the margin has to do.
    let ahead = job.clocks[node] ?? Interval(nanoseconds: 0)
    let question = job.question
    return EvidenceRequest(
      number: lastNumber,
      wanted: question.wanted,
      from: question.from + ahead,
      to: question.to + ahead,
      mostFrames: Self.mostFrames,
      mostBytes: Self.mostBytes
    )
  }

  /// Takes what an agent answered; what nobody asked it for is left.
  mutating func take(_ frames: [RingFrame], _ ends: [EvidenceEnd], from connection: Connection) {
    for frame in frames {
      guard let index = open.firstIndex(where: { $0.number == frame.request }),
        let place = open[index].asked[connection]
      else { continue }
      let cost = frame.bytes.count + Self.frameCost
      let count = open[index].gathered.nodes[place].frames.count
      if count < Int(Self.mostFrames), open[index].bytes + cost <= Self.mostOfAll {
        open[index].bytes += cost
        open[index].gathered.nodes[place].frames.append(frame)
      } else {
        open[index].gathered.nodes[place].isCut = true
      }
    }
    for end in ends {
      guard let index = open.firstIndex(where: { $0.number == end.request }),
        let place = open[index].asked.removeValue(forKey: connection)
      else { continue }
      open[index].gathered.nodes[place].outcome = .answered(end)
    }
  }

  /// A connection that is gone answers no more.
  mutating func close(_ connection: Connection) {
    for index in open.indices { open[index].asked[connection] = nil }
  }

  /// Those that are over: all have answered, or their time has come.
  mutating func takeFinished(at now: Instant) -> [(EvidenceDesk.Job, GatheredEvidence)] {
    let finished = open.filter { $0.asked.isEmpty || now >= $0.deadline }
    guard !finished.isEmpty else { return [] }
    open.removeAll { $0.asked.isEmpty || now >= $0.deadline }
    return finished.map { ($0.job, $0.gathered) }
  }
}
