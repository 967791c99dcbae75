import Cluster
import CommandLineKit
import Glibc
import JSONText

/// `stickler inventory`: what an analysis needs to know of the cluster, as a file for `--inventory`.
enum InventoryCommand {
  static let output = Option(
    "output",
    short: "o",
    .file,
    "write the snapshot there instead of standard output"
  )
  static let time = Option(
    "at",
    snapshotTime,
    section: "Conversion",
    "when FILE was taken, if it does not say so itself: now, 2026-11-21T06:49:09Z or seconds since 1970"
  )

  static let file = Argument(
    optional: "FILE",
    Notation<String>.file,
    "kubectl's JSON; - is standard input, and so is a pipe where no FILE is named"
  )

  static let command = Command(
    "inventory",
    summary: "write down what the cluster looks like, for --inventory",
    discussion: """
      Takes pods, services, endpoint slices and nodes, and of each only the fields that an analysis reads: no labels, \
      annotations, variables or secrets leave the cluster with it.

      kubectl's JSON is converted as it comes; its time stays unknown unless --at tells it.
      """,
    options: [output, time],
    arguments: [file],
    examples: [
      Command.Example(
        "of what kubectl says",
        "kubectl get pods,svc,endpointslices,nodes -A -o json | stickler inventory --at now -o cluster.json"
      )
    ],
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    guard let path = try arguments[file] ?? (isPiped ? "-" : nil) else {
      throw Failure("FILE is missing; give kubectl's JSON, or - for standard input")
    }
    try outputs(arguments).check(against: [path])
    try write(try converted(path, at: try arguments[time]?.moment()), arguments, &console)
    return .pass
  }

  static func outputs(_ arguments: Arguments) throws(Failure) -> OutputPaths {
    OutputPaths(paths: try arguments[output].map { [("output", $0)] } ?? [])
  }

  /// Prints the snapshot, or writes it to the file that `--output` names once it is complete.
  static func write(
    _ snapshot: ClusterSnapshot,
    _ arguments: Arguments,
    _ console: inout Console
  ) throws(Failure) {
    let bytes = snapshot.text
    guard let path = try arguments[output], path != "-" else {
      return try console.out.write(bytes: bytes)
    }
    try AnalyzeCommand.write(toFile: path) { file throws(Failure) in try file.append(bytes) }
  }

  /// Whether somebody's output, or a file, is our standard input.
  private static var isPiped: Bool {
    var status = stat()
    // SAFETY: the system fills the structure.
    guard unsafe fstat(0, &status) == 0 else { return false }
    return [S_IFIFO, S_IFREG, S_IFSOCK].contains(status.st_mode & S_IFMT)
  }
}

extension ClusterSnapshot {
  /// As the file for `--inventory` holds it.
  var text: [UInt8] {
    var writer = JSONWriter(.pretty)
    write(to: &writer)
    return writer.bytes
  }
}
