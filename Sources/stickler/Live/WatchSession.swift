import Affinity
import CaptureFiles
import Cluster
import Collector
import CommandLineKit
import Correlation
import Glibc
import Live
import LiveCapture
import Reporting
import System
import Wire

/// What a watch is told to do, from its beginning to its report.
struct WatchSession {
  var settings = Watch.Settings()
  private let arguments: Arguments
  /// Where packets are kept; a folder of our own where only `--evidence` asks for them.
  private let directory: String?
  private let isDirectoryOurs: Bool
  private let evidence: String?

  /// Options that every command has which watches.
  static let options: [any OptionDescribing] =
    CaptureOptions.all
    + [
      LiveOptions.inventory, LiveOptions.service, CaptureOptions.node, maxFlows, refresh,
      AnalyzeCommand.expect, AnalyzeCommand.timeouts, AnalyzeCommand.proxyMode,
      AnalyzeCommand.failOn, AnalyzeCommand.ignore, CaptureOptions.noNodeFacts, RingOptions.ring,
      RingOptions.period, threads,
    ]
  static let threads = Option(
    "threads",
    .integer(in: 1...2, "N"),
    default: 1,
    section: "Capture",
    "2: match packets on another thread than the one that reads them, for more than some 5 million packets a second"
  )
  static let refresh = Option(
    "refresh",
    .duration(in: .milliseconds(100)...(.seconds(3_600))),
    default: .seconds(1),
    section: "Judging",
    "how often to look anew"
  )
  static let maxFlows = Option(
    "max-flows",
    .integer(in: 1_000...16_000_000, "N"),
    default: 200_000,
    "keep at most so many flows; the longest idle ones make room, and are counted"
  )

  /// Keeps packets in the folder, or in one of its own for as long as it watches if `evidence` names a file for them.
  init(
    _ arguments: Arguments,
    keyboard: Int32? = nil,
    directory given: String?,
    evidence: String? = nil
  ) throws(Failure) {
    self.arguments = arguments
    settings.inventoryFiles = try LiveOptions.inventoryFiles(arguments)
    settings.live = try LiveOptions.settings(arguments, settings.inventoryFiles?.history)
    settings.observer.flowLimit = try arguments[Self.maxFlows]
    settings.analyst.scope = ServiceScope(try arguments[LiveOptions.service])
    try AnalyzeCommand.tell(&settings.analyst, arguments)
    settings.node = try CaptureOptions.nodeName(arguments)
    settings.refresh = Interval(try arguments[Self.refresh])
    settings.end = try arguments[CaptureOptions.stopAfter].map { Instant.now() + Interval($0) }
    settings.keyboard = keyboard
    settings.readsFacts = try !arguments[CaptureOptions.noNodeFacts]
    settings.matchesAside = try arguments[Self.threads] > 1
    self.evidence = evidence
    isDirectoryOurs = given == nil && evidence != nil
    directory = given ?? evidence.map { "\($0).\(getpid()).frames" }
    // Frames are numbered through, and belong to files only when those are known.
    if directory != nil { settings.analyst.files = ["live"] }
  }

  func start(_ console: borrowing Console) throws(Failure) -> Watch {
    let source = try CaptureOptions.open(settings.live)
    if source.isFilterSlow { console.warn(LiveNotice.slowFilter.description) }
    var ring: SavefileRing?
    if let directory {
      ring = try RingOptions.open(directory, arguments, source, node: settings.node)
    }
    return try Watch.start(settings, source, ring)
  }

  /// Prints and writes all that is asked for, and says how it ended.
  func finish(
    _ watch: inout Watch,
    _ outcome: ContinuousAnalyst.Outcome,
    inJSON: Bool,
    _ console: inout Console
  ) throws(Failure) -> ExitCode {
    defer { removeOwnDirectory(watch.files) }
    let report = outcome.report.located(in: watch.files)
    if let path = evidence {
      let file = EvidenceFile(path: path, paths: watch.files.map(\.path), report: report)
      if try file.write() == 0 { console.warn("\(path) holds no packet: no finding names one") }
    }
    let printed = Printed(report, watch.inventory)
    if inJSON {
      try AnalyzeCommand.writePage(printed, arguments)
      try writeJSONLine(of: report) { bytes throws(Failure) in
        try console.out.write(bytes: bytes)
      }
    } else {
      try AnalyzeCommand.write(printed, arguments, &console)
    }
    try console.out.flush()
    watch.tellCounts(console)
    if outcome.forgotten > 0 {
      console.warn(
        "\(outcome.forgotten) observations of the beginning were forgotten for want of room"
      )
    }
    return ExitCode(rawValue: Int32(report.exitCode)) ?? .inconclusive
  }

  private func removeOwnDirectory(_ files: [SavefileRing.File]) {
    guard isDirectoryOurs, let directory else { return }
    // SAFETY: the strings outlive the calls. What cannot be removed stays.
    for file in files { unsafe unlink(file.path) }
    unsafe rmdir(directory)
  }
}

extension Report {
  /// With evidence by file and frame, where it was by the number of the frame in all of a ring's files.
  ///
  /// What the ring no longer holds is no evidence.
  func located(in files: [SavefileRing.File]) -> Report {
    var report = self
    for index in report.findings.indices {
      report.findings[index].evidence = report.findings[index].evidence.compactMap { evidence in
        guard let file = files.last(where: { $0.framesBefore < evidence.frame }) else { return nil }
        var evidence = evidence
        evidence.file = file.path
        evidence.frame -= file.framesBefore
        return evidence
      }
    }
    return report
  }
}
