public import Wire

/// All that an analysis says, as plain values in the order in which every format prints them.
///
/// Unknown is nil, never a made-up value.
public struct Report: Sendable {
  public var verdict: Verdict?
  public var capture = CaptureSummary()
  public var matching = MatchingSummary()
  public var services: [ServiceReport] = []
  public var sessions: [Session] = []
  /// What would be summed up of the sessions, where nobody asked for their list.
  public var unlisted: SessionTotals?
  public var incidents: [Incident] = []
  public var findings: [Finding] = []
  public var undetermined: [Undetermined] = []
  public var blindSpots: [BlindSpot] = []
  /// What pods themselves said, in answers that say anything, and where that cannot be true with the above.
  public var statements = StatementSummary()
  public var contradictions: [Contradiction] = []

  /// The modes that were found although the user forbade them, in the catalogue's order: they alone fail the verdict.
  public var forbidden: [String] = []

  public init() {}

  public enum Verdict: String, Sendable, Hashable {
    case pass
    case fail
    case inconclusive
    case notPromised = "not promised"
  }

  /// What every command that judges exits with: pass, a violation, could not tell.
  public var exitCode: Int {
    switch verdict {
    case .fail: 1
    case .inconclusive: 2
    case .pass, .notPromised, nil: 0
    }
  }

  public struct CaptureSummary: Sendable, Hashable {
    public var from: Timestamp?
    public var to: Timestamp?
    public var nodes: [NodeCoverage] = []
  }

  /// What was captured at one node.
  public struct NodeCoverage: Sendable, Hashable {
    public var name: String
    public var files: [String]
    public var packets: Int
    public var sightings: Int
    public var malformed: Int
    public var truncated: Int
    /// Nil where the capture files do not say.
    public var dropped: Int?
    /// How far its clock is ahead of the first node's; nil where nothing tells.
    public var clockOffset: Interval?
    public var from: Timestamp?
    public var to: Timestamp?

    public init(name: String, files: [String]) {
      self.name = name
      self.files = files
      (packets, sightings, malformed, truncated) = (0, 0, 0, 0)
    }
  }

  public struct MatchingSummary: Sendable, Hashable {
    /// By tier, T1 first.
    public var matched: [Int] = [0, 0, 0, 0, 0]
    public var ambiguous = 0
    public var unmatched = 0
    public var evicted = 0
  }

  public struct ServiceReport: Sendable, Hashable {
    public var name: String?
    public var fronts: [String]
    public var externalTrafficPolicy: String?
    public var sessionAffinity: String?
    public var timeoutSeconds: Int?
    public var verdicts: [ExpectationVerdict] = []
  }

  public struct ExpectationVerdict: Sendable, Hashable {
    public var expectation: String
    public var verdict: Verdict
    public var reason: String
    public var checked: Int
    public var violations: Int
    public var explained: Int
  }

  public struct Session: Sendable, Hashable {
    public var client: Endpoint
    public var front: Endpoint
    public var service: String?
    public var datagrams: Int
    public var placed: Int
    public var ambiguous: Int
    public var lost: Int
    public var lostAt: [Loss] = []
    public var replies: Int
    public var placements: [Placement] = []
  }

  public struct Loss: Sendable, Hashable {
    public var hop: String
    public var node: String?
    public var datagrams: Int
  }

  public struct Placement: Sendable, Hashable {
    public var backend: Endpoint
    public var pod: String?
    public var node: String?
    public var ingressNode: String?
    public var seenSource: Endpoint
    public var from: Timestamp
    public var to: Timestamp
    public var datagrams: Int
    public var confidence: Double
  }

  public struct Incident: Sendable, Hashable {
    public var id: String
    public var mode: String?
    public var modeClass: String
    public var origin: String
    public var service: String?
    public var node: String?
    public var from: Timestamp
    public var to: Timestamp
    public var summary: String
    public var findings: [String]
  }

  public struct Finding: Sendable, Hashable {
    public var id: String
    public var incident: String
    /// The catalogue's id; nil where the cause is undetermined.
    public var mode: String?
    public var name: String?
    public var modeClass: String
    public var origin: String
    public var service: String?
    public var client: String?
    public var node: String?
    public var at: Timestamp
    public var changed: [String] = []
    public var was: Placement?
    public var now: Placement?
    public var confidence: Double
    public var because: [String] = []
    public var ruledOut: [RuledOut] = []
    public var evidence: [Evidence] = []
  }

  public struct RuledOut: Sendable, Hashable {
    public var mode: String
    public var why: String

    public init(_ mode: String, _ why: String) {
      self.mode = mode
      self.why = why
    }
  }

  public struct Evidence: Sendable, Hashable {
    public var file: String
    public var frame: UInt64
    public var role: String
  }

  public struct Undetermined: Sendable, Hashable {
    public var modes: [String]
    public var service: String?
    public var client: String?
    public var at: Timestamp
    public var needs: String
  }

  public struct BlindSpot: Sendable, Hashable {
    public var kind: String
    public var location: String
    public var effect: String

    public init(_ kind: String, at location: String, _ effect: String) {
      self.kind = kind
      self.location = location
      self.effect = effect
    }
  }

  /// How much of the report pods speak for.
  public struct StatementSummary: Sendable, Hashable {
    /// Sessions of which an answer said something of its pod.
    public var sessions = 0
    /// Placements that their pods confirm, and that they contradict.
    public var confirmed = 0
    public var contradicted = 0
  }

  /// A pod's own word that speaks against a placement.
  public struct Contradiction: Sendable, Hashable {
    /// `seen-source` or `pod`.
    public var kind: String
    public var service: String?
    public var client: Endpoint
    public var front: Endpoint
    /// Where it was heard.
    public var node: String
    public var at: Timestamp
    /// What the matcher says.
    public var placement: Placement
    /// What the pod says, and in which protocol.
    public var statedPod: String?
    public var statedSource: Endpoint?
    public var language: String
    public var because: String
    public var evidence: [Evidence]
  }
}
