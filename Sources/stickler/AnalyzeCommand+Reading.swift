import Affinity
import CaptureFiles
import Cluster
import CommandLineKit
import Replay

extension AnalyzeCommand {
  /// A file whose placeholder says what may follow it.
  static func file(_ placeholder: String) -> Notation<String> {
    Notation<String>.file.named(placeholder)
  }

  /// Tells a name that cannot match before anything is read.
  static func check(_ scope: ServiceScope, in inventory: ClusterHistory?) throws(Failure) {
    for name in scope.names.sorted() {
      guard let inventory else {
        throw Failure("--service \(name): names are known from an --inventory only; give IP:PORT")
      }
      guard inventory.service(named: name) == nil else { continue }
      let known = inventory.serviceNames.sorted().map(\.description)
      let some = known.prefix(5).joined(separator: ", ") + (known.count > 5 ? ", ..." : "")
      throw Failure("--service \(name): no such service in the inventory, which has \(some)")
    }
  }

  /// Reads everything that can be read; what could not be is in the summaries.
  static func read(
    _ analysis: Analysis,
    _ console: borrowing Console
  ) throws(Failure) -> Analysis.Outcome {
    let count = analysis.nodes.count + analysis.observed.names.count
    let label = count == 1 ? "reading 1 node" : "reading \(count) nodes"
    var bar: ProgressBar?
    var outcome = try analysis.run { progress in
      if bar == nil { bar = console.progressBar(label, total: progress.bytesTotal) }
      bar?.advance(to: progress.bytesRead)
    }
    bar = nil
    for warning in outcome.warnings { console.warn(warning) }
    outcome.report.blindSpots += blindSpots(outcome.summaries)
    outcome.report.blindSpots += analysis.observed.files.flatMap(\.blindSpots)
    let nodes = outcome.report.capture.nodes
    if nodes.isEmpty { _ = try verdict(of: outcome, console) }
    if nodes.allSatisfy({ $0.sightings == 0 }) {
      let packets = nodes.reduce(0) { $0 + $1.packets }
      let what =
        packets > 0
        ? "\(packets) packets and no UDP datagram among them"
        : analysis.filter == nil ? "no packet at all" : "no packet that --filter lets through"
      console.warn("the captures hold \(what)")
    }
    return outcome
  }

  /// What the captures held no more: standard error is gone when the report is read.
  private static func blindSpots(_ summaries: [NodeSummary]) -> [Report.BlindSpot] {
    var spots: [Report.BlindSpot] = []
    for summary in summaries {
      spots += summary.cutFiles.map { Report.BlindSpot(cutCapture: $0) }
      for case .file(let error) in summary.failures
      where [.read, .decompress, .parse].contains(error.operation) {
        spots.append(
          Report.BlindSpot(
            "cut-capture",
            at: error.file,
            "the file could be read only in part (\(error.reason)): what follows is not in this report"
          )
        )
      }
    }
    return spots
  }

  /// What the command exits with: what could not be read outweighs what could be judged.
  static func verdict(
    of outcome: Analysis.Outcome,
    _ console: borrowing Console
  ) throws(Failure) -> ExitCode {
    guard let last = outcome.failures.last else {
      return ExitCode(rawValue: Int32(outcome.report.exitCode)) ?? .inconclusive
    }
    for failure in outcome.failures.dropLast() { console.report(failure) }
    throw Failure(last)
  }
}

extension Report.BlindSpot {
  init(cutCapture file: String) {
    self.init(
      "cut-capture",
      at: file,
      "the file is cut short: what it may have held behind its last whole record is not in this report"
    )
  }
}
