public import Cluster
public import Correlation
internal import Wire

/// What was captured at one node and how well its datagrams could be matched.
public struct ObservedNode: Sendable {
  public var coverage: Report.NodeCoverage
  public var matching: MatchCounts
  /// Datagrams that came out of a known translation without having been seen going in.
  public var orphans: Int
  /// Whether it was taken on one interface: datagrams to a local pod then go out of its sight, and come from there.
  public var isOfOneInterface = false

  public init(_ coverage: Report.NodeCoverage, matching: MatchCounts, orphans: Int) {
    self.coverage = coverage
    self.matching = matching
    self.orphans = orphans
  }

  var name: String { coverage.name }
  var ended: Timestamp? { coverage.to }
  var ambiguous: Int { matching.ambiguous }

  /// The share of datagrams that the capture itself seems to have missed.
  var missedShare: Double {
    if isOfOneInterface { return 0 }
    let matched = matching.matched.reduce(0, +)
    return matched > 0 ? Double(orphans) / Double(matched + orphans) : 0
  }
}

/// Stage two: sees the observations of all nodes and the inventory, and says who served whom and what went wrong.
///
/// Pure: no I/O, no clock. The same observations give the same report, in whatever order nodes hand them in.
public struct ClusterAnalyst: Sendable {
  public struct Settings: Sendable {
    public var scope = ServiceScope()
    public var facts = AnalysisFacts()
    /// What is held against every service; nil for what each one's own object promises.
    public var expectations: Set<Expectation>?
    /// Modes, by id, that fail the verdict wherever they are found, and those that are not told.
    public var failingModes: Set<String> = []
    public var ignoredModes: Set<String> = []
    /// The capture files by the number that witnesses give them.
    public var files: [String] = []
    /// Whether the report lists every session, or only their totals: a list of 850,000 took a quarter of an analysis.
    public var listsSessions = true
    /// Who does the work; the report is the same.
    public var crew: any Crew = Alone()

    public init() {}
  }

  private let settings: Settings
  private let inventory: ClusterHistory?
  private var ledger = Ledger()

  public init(inventory: ClusterHistory?, settings: Settings = Settings()) {
    self.settings = settings
    self.inventory = inventory
  }

  public mutating func add(_ observations: [Observation], from node: Int) {
    // Looked at where they are: copied out of the array one by one, they took a tenth more.
    let told = observations.span
    for index in told.indices { ledger.add(told[index], from: node) }
  }

  public mutating func add(_ batch: ObservationBatch, from node: Int) {
    switch batch {
    case .some(let observations): add(observations, from: node)
    case .lastRuns(let runs): ledger.add(runs, from: node, by: settings.crew)
    }
  }

  /// The report of all that was added; afterwards the analyst holds nothing.
  public mutating func report(of nodes: [ObservedNode]) -> Report {
    let inventory = inventory
    // Taken out and not copied: a second owner would make every change of the ledger copy all of it.
    var ledger = Ledger()
    swap(&ledger, &self.ledger)
    ledger.index()
    let began = nodes.compactMap(\.coverage.from).min()
    ledger.orient { endpoint in
      guard let inventory, let began else { return nil }
      let isServer =
        inventory.front(at: endpoint, over: .udp, time: began) != nil
        || !inventory.servicePorts(behind: endpoint, over: .udp).isEmpty
      return isServer ? true : nil
    }
    let told = ledger
    var ((clock, order), survey) = settings.crew.both {
      let clock = ClockOffsets(told, nodes: nodes.count)
      return (clock, RunOrder(told, clock))
    } _: {
      Survey(told, nodes: nodes.count)
    }
    ledger.arrange(by: order)
    survey.moveRuns(by: order)
    var stitched = Stitcher(
      ledger,
      survey,
      clock: clock,
      inventory: inventory,
      nodes: nodes,
      scope: settings.scope,
      crew: settings.crew
    )
    stitched.hear()
    let judge = Judge(Evidence(stitched, settings: settings))
    var report = ReportBuilder(judge).report
    report.note(judge)
    return report
  }
}
