internal import Correlation
internal import Wire

/// A failure mode of the catalogue: what it is called, what it needs to be told, how it is told, and the words for people.
///
/// One file holds one mode; `Catalogue.modes` lists them. Adding a mode is adding a file and its name to the list.
public struct Mode: Sendable {
  public enum Class: String, Sendable {
    case violation
    case explained
    case loss
    case source
    case security
  }

  /// Who has to act.
  public enum Origin: String, Sendable {
    case cluster
    /// The load balancer or network before the cluster.
    case upstream
    /// The client's side.
    case client
  }

  /// What the analysis must have been given, beyond packets, before this mode can be told.
  public enum Need: String, Sendable {
    case inventory = "an inventory (--inventory)"
    case history = "inventories from before and after, with their times (--inventory FILE@TIME)"
    case nodeName = "which node of the cluster the capture is from (--node NAME=FILE)"
    case icmp = "ICMP errors in the capture"
    case nodeFacts = "facts of the nodes, such as their conntrack tables"
    case proxyMode = "the proxy mode (--proxy-mode)"
    case replies = "answers in the capture"
    case socketView = "a view of the sockets: nothing on the wire shows it"
  }

  public let id: String
  public let name: String
  public let modeClass: Class
  public let origin: Origin
  public let needs: [Need]
  public let words: Words
  let tests: [Test]

  /// What `stickler explain` prints.
  public struct Words: Sendable {
    /// What users see.
    public var symptom: String
    public var cause: String
    /// How it looks in packets, and where.
    public var signature: String
    /// What to do about it.
    public var remedy: String
    /// Public threads, papers and kernel facts.
    public var references: [String]

    public init(
      symptom: String,
      cause: String,
      signature: String,
      remedy: String,
      references: [String] = []
    ) {
      self.symptom = symptom
      self.cause = cause
      self.signature = signature
      self.remedy = remedy
      self.references = references
    }
  }

  /// How a mode is told: what kind of case it judges.
  ///
  /// A mode without a test is one that packets never show.
  enum Test: Sendable {
    /// A session's change of placement, in the decision order of the list.
    case move(@Sendable (Move, Evidence) -> Judgement)
    /// A client whose sessions were on different pods where one was promised.
    case split(@Sendable (ClientSplit, Evidence) -> Judgement)
    /// A session whose datagrams or answers went missing.
    case loss(@Sendable (Loss, Evidence) -> Judgement)
    /// Anything else: looks at all evidence and tells what it found.
    case survey(@Sendable (Evidence) -> [Symptom])
  }

  init(
    _ id: String,
    _ name: String,
    _ modeClass: Class,
    origin: Origin = .cluster,
    needs: [Need] = [],
    tests: [Test] = [],
    words: Words
  ) {
    self.id = id
    self.name = name
    self.modeClass = modeClass
    self.origin = origin
    self.needs = needs
    self.words = words
    self.tests = tests
  }
}

/// What a mode's test says of one case.
enum Judgement: Sendable {
  case holds(confidence: Double, because: [String], group: String = "")
  case ruledOut(String)
  /// Nothing was given that could tell; the report does not speak of it.
  case silent
  /// It may be this one; deciding needs something that was not given.
  case unknown(needs: String)
}

/// What a survey found: a finding in the making.
struct Symptom: Sendable {
  var session: Int?
  var client: String?
  var service: ServiceKey?
  var node: Int?
  var at: Timestamp
  var changed: [String] = []
  var was: Int?
  var now: Int?
  var confidence: Double
  var because: [String]
  var ruledOut: [Report.RuledOut] = []
  /// Findings with one group are one incident.
  var group: String
  var evidence: [(witness: Witness, role: String)] = []
}
