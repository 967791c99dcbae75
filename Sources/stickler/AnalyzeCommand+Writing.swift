import Affinity
import CaptureFiles
import Cluster
import CommandLineKit
import Reporting

/// All that formats print.
struct Printed {
  var report: Report
  var events: [ClusterEvent]

  init(_ report: Report, events: [ClusterEvent]) {
    self.report = report
    self.events = events
  }

  init(_ report: Report, _ inventory: ClusterHistory?) {
    self.report = report
    events = inventory.map { clusterEvents(of: $0, during: report) } ?? []
  }

  mutating func anonymize(by anonymizer: inout Anonymizer) {
    report = report.anonymized(by: &anonymizer)
    events = events.map { $0.anonymized(by: &anonymizer) }
  }
}

extension AnalyzeCommand {
  /// Prints the report, or writes it to the file that `--output` names once it is complete.
  static func write(
    _ printed: Printed,
    _ arguments: Arguments,
    _ console: inout Console
  ) throws(Failure) {
    try write(printed, to: try arguments[output], arguments, &console)
  }

  /// Prints the report, or writes it to a file once it is complete.
  static func write(
    _ printed: Printed,
    to path: String?,
    _ arguments: Arguments,
    _ console: inout Console
  ) throws(Failure) {
    try writePage(printed, arguments)
    let format = try arguments[format]
    var layout = TextLayout(showsSessions: try arguments[sessions])
    if let path, path != "-" {
      try write(toFile: path) { file throws(Failure) in
        try print(printed, as: format, layout) { bytes throws(Failure) in
          try file.append(bytes)
        }
      }
      return
    }
    if console.terminal.isTerminal { layout.width = console.terminal.width }
    layout.style = console.style
    try print(printed, as: format, layout) { bytes throws(Failure) in
      try console.out.write(bytes: bytes)
    }
  }

  /// Writes the page, if it is asked for.
  static func writePage(_ printed: Printed, _ arguments: Arguments) throws(Failure) {
    guard let path = try arguments[html] else { return }
    try write(toFile: path) { file throws(Failure) in
      try writeHTML(printed.report, events: printed.events) { bytes throws(Failure) in
        try file.append(bytes)
      }
    }
  }

  /// Writes the packets behind the findings, if they are asked for.
  static func write(
    evidenceOf report: Report,
    _ analysis: Analysis,
    _ anonymizer: Anonymizer?,
    _ arguments: Arguments,
    _ console: borrowing Console
  ) throws(Failure) {
    guard let path = try arguments[evidence] else { return }
    let file = EvidenceFile(
      path: path,
      paths: analysis.nodes.flatMap(\.paths),
      report: report,
      anonymizer: anonymizer
    )
    if try file.write() == 0 {
      console.warn("\(path) holds no packet: no finding names one")
    }
  }

  private static func print(
    _ printed: Printed,
    as format: Format,
    _ layout: TextLayout,
    to write: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let report = printed.report
    switch format {
    case .text: try writeText(report, layout: layout, drain: write)
    case .json: try writeJSON(report, drain: write)
    case .junit: try write(Array(junitReport(report).utf8))
    case .html: try writeHTML(report, events: printed.events, drain: write)
    case .prometheus: try write(Array(prometheusReport(report).utf8))
    }
  }

  /// Creates a file that gets its name only when it is complete.
  static func write(
    toFile path: String,
    _ body: (inout OutputFile) throws(Failure) -> Void
  ) throws(Failure) {
    do throws(CaptureFileError) {
      var file = try OutputFile(path: path)
      do throws(Failure) {
        try body(&file)
      } catch {
        throw CaptureFileError(file: path, operation: .write, reason: error.message)
      }
      try file.commit()
    } catch {
      throw Failure(error.description)
    }
  }
}

extension OutputFile {
  mutating func append(_ bytes: [UInt8]) throws(Failure) {
    var bytes = bytes
    do throws(CaptureFileError) {
      try write(&bytes)
    } catch {
      throw Failure(error.reason)
    }
  }
}
