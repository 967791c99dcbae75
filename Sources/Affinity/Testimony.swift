internal import Correlation
internal import Protocols
internal import Wire

/// What pods said of themselves and of whom they saw, held against where the matcher placed their clients.
struct Testimony: Sendable {
  /// What a pod said that cannot be true together with a placement.
  struct Contradiction: Sendable {
    enum Kind: String, Sendable {
      case seenSource = "seen-source"
      case pod
    }

    var kind: Kind
    var session: Int
    var placement: Int
    var at: Timestamp
    var node: Int
    var statement: PodStatement
    /// Whether the answers said so already where they left the pod's side, before anything was matched.
    var isSaidAtBackend: Bool
  }

  /// How many sessions had an answer that says something.
  var heard = 0
  /// The placements that their pods confirm, and whether what they said leaves no other pod.
  var confirmed: [Int: Bool] = [:]
  /// In order of time.
  var contradictions: [Contradiction] = []
  /// The sessions and placements of the contradictions.
  var sessions: Set<Int> = []
  var placements: Set<Int> = []
  /// What pods call themselves where the inventory knows another name for them and no such pod.
  var unknownNames: [Endpoint: StatedName] = [:]
}

extension Stitcher {
  /// Lets the pods speak: what they confirm is surer, what they contradict is no evidence any more.
  ///
  /// A pod that saw just the source which was found, of the 2^48 that there are, or that has the name which the inventory
  /// has for the backend, leaves a tenth of the doubt; one that saw the client's own address leaves half, since any pod
  /// would have seen that.
  mutating func hear() {
    guard !ledger.statements.isEmpty else { return }
    let heard = Hearing(self).testimony
    for (place, leavesNoOther) in heard.confirmed {
      let doubt = 1 - placements[place].confidence
      placements[place].confidence = 1 - doubt / (leavesNoOther ? 10 : 2)
    }
    for place in heard.placements {
      placements[place].confidence = min(placements[place].confidence, Self.contradictedConfidence)
    }
    testimony = heard
  }

  static let contradictedConfidence = 0.1
}
