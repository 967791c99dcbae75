import Cluster
import CommandLineKit
import System
import Wire

extension InventoryCommand {
  /// What `--at` may say.
  enum SnapshotTime: Hashable, Sendable {
    case now
    case at(Timestamp)

    func moment() -> Timestamp {
      switch self {
      case .now: .now()
      case .at(let time): time
      }
    }
  }

  static var snapshotTime: Notation<SnapshotTime> {
    Notation("TIME") { text throws(Failure) in
      if text == "now" { return .now }
      if let time = Timestamp(text) ?? Timestamp(epochSeconds: text) { return .at(time) }
      throw Failure(
        "'\(text)' is no time; expected now, 2026-11-21T06:49:09Z or seconds since 1970"
      )
    }
  }

  /// Reads what kubectl or a person wrote.
  static func converted(_ path: String, at time: Timestamp?) throws(Failure) -> ClusterSnapshot {
    let name = path == "-" ? "standard input" : path
    let bytes = try bytes(ofFile: path)
    guard !bytes.isEmpty else {
      throw Failure(
        "\(name): empty; expected the output of `kubectl get pods,svc,endpointslices,nodes -A -o json`"
      )
    }
    do throws(InventoryError) {
      var snapshot = try ClusterSnapshot(reading: bytes, named: name)
      snapshot.takenAt = snapshot.takenAt ?? time
      return snapshot
    } catch {
      throw Failure(error.description)
    }
  }
}
