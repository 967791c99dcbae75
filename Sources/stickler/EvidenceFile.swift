import Affinity
import CaptureFiles
import CommandLineKit
import Glibc
import Replay
import Reporting
import Wire

/// Writes the packets behind a report's findings into a file of their own, for which the captures are read twice more.
struct EvidenceFile {
  var path: String
  /// The captures by the numbers that the analysis gave them, and as it calls them.
  var paths: [String]
  var report: Report
  var anonymizer: Anonymizer?

  /// Says how many packets were written.
  func write() throws(Failure) -> Int {
    var collector = EvidenceCollector(report, files: paths)
    for (file, path) in paths.enumerated() where collector.isNamed(file: file) {
      read(path, file, into: &collector)
    }
    collector.beginPicking()
    for (file, path) in paths.enumerated() { read(path, file, into: &collector) }
    let collected = collector
    try AnalyzeCommand.write(toFile: path) { file throws(Failure) in
      try collected.write(application: "stickler \(version)", anonymizer: anonymizer) {
        bytes throws(Failure) in
        try file.append(bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    return collected.count
  }

  /// What is wrong with a file was told when it was analyzed.
  private func read(_ path: String, _ file: Int, into collector: inout EvidenceCollector) {
    var walk = CaptureWalk([path])
    var batch = CaptureBatch()
    while walk.next(into: &batch) {
      for record in batch.records.records {
        let interface = batch.interfaces[Int(record.interface)]
        let frame = EvidenceFrame(
          record,
          file: file,
          link: interface.link,
          direction: record.direction,
          interface: interface.number,
          interfaceName: walk.interfaceNames.name(of: interface.number)
        )
        collector.see(frame, bytes: batch.records.bytes(of: record))
      }
    }
  }

  /// Tells what cannot be read again before anything is read.
  static func check(_ analysis: Analysis) throws(Failure) {
    if let file = analysis.observed.files.first {
      throw Failure("--evidence writes packets, and \(file.path) has none: give its captures")
    }
    for path in analysis.nodes.flatMap(\.paths) where !canBeReadAgain(path) {
      let name = path == "-" ? "standard input" : path
      throw Failure("--evidence reads the captures again, which \(name) cannot be: save it first")
    }
  }
  /// A file that is not there is told elsewhere.
  private static func canBeReadAgain(_ path: String) -> Bool {
    guard path != "-" else { return false }
    var status = stat()
    // SAFETY: the system fills the structure, and keeps no pointer to it or to the path.
    guard unsafe stat(path, &status) == 0 else { return true }
    return status.st_mode & S_IFMT == S_IFREG
  }
}
