public import Affinity
public import Cluster
internal import Correlation
internal import Reporting
public import System
internal import Wire

/// What an analyst of what goes on keeps from report to report; it reads no clock.
public struct ContinuousAnalysis: Sendable {
  private var window: ObservationWindow
  private var chronicle = Chronicle()
  private var inventory: ClusterHistory?
  private let settings: ClusterAnalyst.Settings

  public init(
    _ inventory: ClusterHistory?,
    _ settings: ClusterAnalyst.Settings,
    _ window: ObservationWindow
  ) {
    self.inventory = inventory
    self.settings = settings
    self.window = window
  }

  /// Takes in what is new, and makes the report of all that is remembered; how long that takes is not told.
  public mutating func run(_ job: ContinuousAnalyst.Job) -> ContinuousAnalyst.Outcome {
    inventory = job.inventory ?? inventory
    for change in job.changes {
      switch change {
      case .ended(let observations, let node): window.add(observations, from: node)
      case .ongoing(let runs, let node): window.add(ongoing: runs, from: node)
      case .look(let look, let node): window.set(look, of: node)
      }
    }
    if let time = job.forgetsBefore { window.forget(before: time) }
    if !job.isLast { window.makeRoom() }
    let report = report(of: job)
    let events = chronicle.note(report, isLast: job.isLast)
    return ContinuousAnalyst.Outcome(
      report: report,
      events: events,
      hasTrouble: chronicle.hasTrouble,
      remembered: window.count,
      forgotten: window.forgotten,
      rememberedSince: window.rememberedSince,
      inventory: inventory,
      effort: .milliseconds(0)
    )
  }

  private func report(of job: ContinuousAnalyst.Job) -> Report {
    // As `analyze` has them: by name, whatever the order in which they came.
    let order = job.nodes.indices.sorted { left, right in
      job.nodes[left].observed.coverage.name < job.nodes[right].observed.coverage.name
    }
    var places = Array(repeating: 0, count: order.count)
    for (place, node) in order.enumerated() { places[node] = place }
    var analyst = ClusterAnalyst(inventory: inventory, settings: settings)
    window.give(to: &analyst, places)
    var report = analyst.report(of: order.map { job.nodes[$0].observed })
    for node in order.map({ job.nodes[$0] }) {
      report.add(node.losses, at: node.observed.coverage.name)
    }
    report.blindSpots += job.blindSpots
    return report
  }
}

extension Report {
  /// Says what nobody could see at a node whose interfaces lost frames, and what they did not send; by name.
  public mutating func add(_ losses: [InterfaceLoss], at node: String) {
    for loss in losses.sorted(by: { $0.name < $1.name }) {
      if loss.lost > 0 {
        blindSpots.append(
          BlindSpot(lossAt: loss.name, of: node, missed: loss.missed, refused: loss.refused)
        )
      }
      if loss.unsent > 0 {
        blindSpots.append(BlindSpot(unsentAt: loss.name, of: node, loss.unsent))
      }
    }
  }
}
