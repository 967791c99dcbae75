import Cluster
import CommandLineKit
import Glibc
import JSONText
import KubernetesAPI

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
    "kubectl's JSON instead; - is standard input, and so is a pipe where no FILE is named"
  )

  static let command = Command(
    "inventory",
    summary: "write down what the cluster looks like, for --inventory",
    discussion: """
      Takes pods, services, endpoint slices and nodes, and of each only the fields that an analysis reads: no \
      environment variable, annotation's value or secret leaves the cluster with it.

      Without FILE the API server is asked, as kubectl would ask it: by --kubeconfig, else $KUBECONFIG, else \
      ~/.kube/config, else the service account of the pod that this runs in. It takes the right to list those four \
      kinds, and with --history to watch them. Programs that sign users in (exec) are not run; kubectl's JSON is \
      converted instead, and its time stays unknown unless --at tells it.

      --history goes on: a snapshot whenever something changed, so that an analysis knows who was where, and when. A \
      snapshot that only repeats the last one says until when that one held.
      """,
    options: [output, kubeconfig, context, api, time, history, keep, stopAfter],
    arguments: [file],
    examples: [
      Command.Example("of the current context's cluster", "stickler inventory -o cluster.json"),
      Command.Example(
        "of what kubectl says",
        "kubectl get pods,svc,endpointslices,nodes -A -o json | stickler inventory --at now -o cluster.json"
      ),
      Command.Example(
        "all that changes while a fault is waited for",
        "stickler inventory --history snapshots"
      ),
      Command.Example("to be used", "stickler analyze n?.pcap --inventory snapshots"),
    ],
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    let source = try source(arguments)
    if let directory = try arguments[history] {
      guard case .server = source else {
        throw Failure("--history follows the API server; it takes no FILE")
      }
      guard try arguments[output] == nil else {
        throw Failure("--history \(directory) holds the snapshots; give it or --output, not both")
      }
      try follow(try access(arguments), into: directory, arguments, &console)
      return .pass
    }
    var outputs = OutputPaths(paths: [])
    if let path = try arguments[output] { outputs.paths.append(("output", path)) }
    switch source {
    case .file(let path):
      try outputs.check(against: [path])
      if try arguments[file] == nil, !isInputHere {
        console.report(
          "waiting for kubectl's JSON on standard input; --api asks the API server instead"
        )
      }
      try write(try converted(path, at: try arguments[time]?.moment()), arguments, &console)
    case .server:
      guard try arguments[time] == nil else {
        throw Failure("--at tells the time of a FILE; the API server's snapshot has its own")
      }
      try outputs.check(against: [])
      try write(try snapshot(of: try access(arguments), console), arguments, &console)
    }
    return .pass
  }

  private enum Source {
    case file(String)
    case server
  }

  /// A file, a pipe or the API server, by what was given.
  private static func source(_ arguments: Arguments) throws(Failure) -> Source {
    let meansServer =
      try arguments[api] || arguments.isGiven(kubeconfig) || arguments.isGiven(context)
      || arguments.isGiven(history)
    if let path = try arguments[file] {
      guard !meansServer else {
        throw Failure("\(path) or the API server (--kubeconfig, --context, --api): not both")
      }
      return .file(path)
    }
    return !meansServer && isPiped ? .file("-") : .server
  }

  /// Prints the snapshot, or writes it to the file that `--output` names once it is complete.
  private static func write(
    _ snapshot: ClusterSnapshot,
    _ arguments: Arguments,
    _ console: inout Console
  ) throws(Failure) {
    guard let path = try arguments[output], path != "-" else {
      return try console.out.write(bytes: snapshot.text())
    }
    try write(snapshot, to: path)
  }

  static func write(_ snapshot: ClusterSnapshot, to path: String) throws(Failure) {
    try AnalyzeCommand.write(toFile: path) { file throws(Failure) in
      try file.append(snapshot.text())
    }
  }

  /// Whether somebody's output, or a file, is our standard input.
  private static var isPiped: Bool {
    var status = stat()
    // SAFETY: the system fills the structure.
    guard unsafe fstat(0, &status) == 0 else { return false }
    return [S_IFIFO, S_IFREG, S_IFSOCK].contains(status.st_mode & S_IFMT)
  }

  /// Whether anything comes within some seconds: many a script's standard input is a pipe that nobody writes to.
  private static var isInputHere: Bool {
    var request = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    // SAFETY: one pollfd, as said.
    return unsafe poll(&request, 1, 5_000) != 0
  }
}
