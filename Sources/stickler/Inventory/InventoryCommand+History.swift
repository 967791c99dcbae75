import Cluster
import CommandLineKit
import Glibc
import KubernetesAPI
import System
import Wire

extension InventoryCommand {
  static let history = Option(
    "history",
    .directory,
    section: "History",
    "follow the API server, and write a snapshot there whenever something changed; it is made where it is not there"
  )
  static let keep = Option(
    "keep",
    .integer(in: 2...100_000),
    default: 500,
    section: "History",
    "so many snapshots; the oldest make room"
  )
  static let stopAfter = Option(
    "for",
    .duration(in: .milliseconds(1)...(.seconds(366 * 86_400))),
    section: "History",
    "stop after this time (default: when interrupted)"
  )

  /// Follows the API server until the time is up or a signal comes; what fails after the first snapshot is told and
  /// tried again.
  static func follow(
    _ access: ClusterAccess,
    into directory: String,
    _ arguments: Arguments,
    _ console: inout Console
  ) throws(Failure) {
    // SAFETY: mkdir reads the path, which Swift keeps alive as a C string for the call.
    guard unsafe mkdir(directory, 0o777) == 0 || errno == EEXIST else {
      throw Failure("--history \(directory)", errno: errno)
    }
    let keep = try arguments[keep]
    let signals = try stopSignals()
    let end = try arguments[stopAfter].map { Instant.now() + Interval($0) }
    var keeper = InventoryKeeper(access)
    let start = Instant.now()
    var (hasBegun, hasFailed, isOver) = (false, false, false)
    while !isOver {
      let pause = hasBegun ? .seconds(3_600) : lookingAgain
      let moment = min(end ?? .now() + pause, .now() + pause)
      let news = keeper.step(until: moment, watching: signals.number)
      for snapshot in news.snapshots { try keepSnapshot(snapshot, in: directory, keep) }
      if !hasBegun {
        try giveUp(keeper.status, since: start)
        if !news.snapshots.isEmpty {
          hasBegun = true
          tellUnreadable(keeper.status, console)
          console.report("following \(access.server) into \(directory)")
        }
      } else {
        for failure in news.failures { console.warn(failure.description) }
        hasFailed = hasFailed || !news.failures.isEmpty
        if hasFailed, keeper.status.isCurrent {
          hasFailed = false
          console.report("following \(access.server) again")
        }
      }
      isOver = news.isDescriptorReadable || end.map { Instant.now() >= $0 } ?? false
    }
    guard hasBegun else {
      let failure = keeper.status.kinds.compactMap(\.failure).first
      throw Failure(
        failure?.description ?? "\(access.server): stopped before everything was listed"
      )
    }
    if let snapshot = keeper.finish() { try keepSnapshot(snapshot, in: directory, keep) }
  }

  static func stopSignals() throws(Failure) -> StopSignals {
    do throws(SystemError) {
      return try StopSignals()
    } catch {
      throw Failure(error.description)
    }
  }

  /// Writes a snapshot under its time, and removes the oldest that are too many.
  private static func keepSnapshot(
    _ snapshot: ClusterSnapshot,
    in directory: String,
    _ keep: Int
  ) throws(Failure) {
    guard let time = snapshot.takenAt else { return }
    // Without colons, which some file systems and tools do not take.
    let name = fileStart + time.description.filter { $0 != ":" } + fileEnd
    try write(snapshot, to: (directory.hasSuffix("/") ? directory : directory + "/") + name)
    let ours = try plainFiles(ofDirectory: directory).filter { path in
      let leaf = path.split(separator: "/").last ?? ""
      return leaf.hasPrefix(fileStart) && leaf.hasSuffix(fileEnd) && leaf.count == name.count
    }
    for path in ours.dropLast(keep) {
      // SAFETY: unlink reads the path for the call.
      guard unsafe unlink(path) == 0 || errno == ENOENT else { throw Failure(path, errno: errno) }
    }
  }

  private static let (fileStart, fileEnd) = ("inventory-", ".json")
}
