internal import Affinity
internal import Exchange
internal import Reporting
internal import Wire

/// What agents answered of the packets behind a finding.
struct GatheredEvidence: Sendable {
  /// How a node's part came out.
  enum Outcome: Sendable {
    case answered(EvidenceEnd)
    /// It did not say all in time, or has gone.
    case silent
    case noRing
  }

  struct Node: Sendable {
    var name: String
    var outcome: Outcome
    var frames: [RingFrame] = []
    /// Whether it told more than it was asked for, or than there was room for.
    var isCut = false
  }

  var question: EvidenceQuestion
  /// By name.
  var nodes: [Node]

  var count: Int { nodes.reduce(0) { $0 + $1.frames.count } }

  /// What each node had, in a line.
  var notes: [String] { nodes.map { "node \($0.name): \($0.note)" } + omission }

  private var omission: [String] {
    question.omitted > 0
      ? ["\(question.omitted) more pairs of addresses of this finding were not asked for"] : []
  }

  /// The same for a header: `n1=12, n2=0 partial, n3=silent`; names are as the agents have them.
  var header: String {
    nodes.map { "\(plain($0.name))=\($0.word)" }.joined(separator: ", ")
  }

  /// Of a name only what can stand in a header.
  private func plain(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
  }
}

extension GatheredEvidence.Node {
  fileprivate var note: String {
    switch outcome {
    case .noRing: return "its agent keeps no ring of frames (--evidence-ring)"
    case .silent: return "its agent has not answered in time; \(frames.count) packets came"
    case .answered(let end):
      if end.outcome == .noRing { return "its agent keeps no ring of frames (--evidence-ring)" }
      if end.outcome == .busy { return "its agent was busy with other questions" }
      var words = ["\(frames.count) packets"]
      if end.isOverwritten {
        let since = end.since.map { " since \($0)" } ?? ""
        words.append("its ring holds what it saw\(since), which is not all of that time")
      }
      if end.isBounded || isCut { words.append("there were more, and these are the first") }
      return words.joined(separator: "; ")
    }
  }

  fileprivate var word: String {
    switch outcome {
    case .noRing: return "none"
    case .silent: return "\(frames.count) silent"
    case .answered(let end):
      if end.outcome == .noRing { return "none" }
      if end.outcome == .busy { return "busy" }
      let cut = end.isBounded || isCut ? " cut" : ""
      return "\(frames.count)" + (end.isOverwritten ? " partial" : "") + cut
    }
  }

  var hasAnswered: Bool {
    if case .answered(let end) = outcome { end.outcome == .answered } else { false }
  }
}

extension GatheredEvidence {
  /// All of it as pcapng.
  func pcapng(clocks: [String: Interval]) -> [UInt8] {
    var evidence = RingEvidence(question)
    for node in nodes {
      let frames = node.frames.map { frame in
        RingEvidence.Frame(
          time: frame.time,
          number: frame.number,
          link: frame.link,
          originalLength: frame.originalLength,
          interface: frame.interface,
          bytes: frame.bytes
        )
      }
      evidence.add(frames, of: node.name, ahead: clocks[node.name])
    }
    let span = "It shows \(question.from) to \(question.to), as far as agents had it by then."
    return evidence.write(application: "stickler collect", notes: [span] + notes)
  }
}
