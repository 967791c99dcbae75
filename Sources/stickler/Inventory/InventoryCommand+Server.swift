import Cluster
import CommandLineKit
import Glibc
import KubernetesAPI
import System
import Wire

extension InventoryCommand {
  static let kubeconfig = Option(
    "kubeconfig",
    .file,
    section: "API server",
    "where the cluster and its user stand (default: $KUBECONFIG, ~/.kube/config, the pod's service account)"
  )
  static let context = Option(
    "context",
    .text("NAME"),
    section: "API server",
    "which context of the kubeconfig (default: its current one)"
  )
  static let api = Option(
    flag: "api",
    section: "API server",
    "ask the API server although standard input is a pipe"
  )

  /// Finds the cluster as kubectl does.
  static func access(_ arguments: Arguments) throws(Failure) -> ClusterAccess {
    do throws(AccessError) {
      let context = try? arguments[context]
      if let path = try? arguments[kubeconfig] {
        return try Kubeconfig(paths: path).access(context: context)
      }
      if let paths = variable("KUBECONFIG") {
        return try Kubeconfig(paths: paths).access(context: context)
      }
      // SAFETY: access reads the path, which Swift keeps alive as a C string for the call.
      if let home = variable("HOME"), unsafe Glibc.access("\(home)/.kube/config", F_OK) == 0 {
        return try Kubeconfig(paths: "\(home)/.kube/config").access(context: context)
      }
      if context == nil, let access = try ClusterAccess.inCluster(environment: variable) {
        return access
      }
    } catch {
      throw Failure(error.description)
    }
    throw Failure(
      "no kubeconfig and no service account; give --kubeconfig, or FILE with kubectl's JSON"
    )
  }

  /// Lists everything once.
  static func snapshot(
    of access: ClusterAccess,
    _ console: borrowing Console
  ) throws(Failure) -> ClusterSnapshot {
    var settings = InventoryKeeper.Settings()
    settings.watches = false
    var keeper = InventoryKeeper(access, settings)
    let start = Instant.now()
    while true {
      let news = keeper.step(until: .now() + lookingAgain)
      if let snapshot = news.snapshots.last {
        tellUnreadable(keeper.status, console)
        return snapshot
      }
      try giveUp(keeper.status, since: start)
    }
  }

  /// How soon a failure is noticed that was told before.
  static let lookingAgain = Interval.milliseconds(200)

  /// Ends where a failure will not pass, or has not after a few attempts or some time.
  static func giveUp(_ status: InventoryStatus, since start: Instant) throws(Failure) {
    let isLate = Instant.now().since(start) > .seconds(30)
    for kind in status.kinds where !kind.isListed {
      guard let failure = kind.failure else { continue }
      if !failure.isPassing || isLate || kind.failures > 4 { throw Failure(failure.description) }
    }
  }

  static func tellUnreadable(_ status: InventoryStatus, _ console: borrowing Console) {
    for error in status.kinds.compactMap(\.unreadable) {
      console.warn("left out, as it cannot be read: \(error)")
    }
  }

  private static func variable(_ name: String) -> String? {
    // SAFETY: the string is copied at once, and nothing here changes the environment.
    let value = unsafe getenv(name).map { unsafe String(cString: $0) }
    return value?.isEmpty == false ? value : nil
  }
}
