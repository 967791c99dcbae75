internal import Cluster
public import KubernetesAPI
public import System
internal import Wire

/// Follows the API server on a thread of its own, for as long as the program runs.
public enum ServerInventory {
  /// A watch that ends and begins again is no sign of anything.
  private static let mostAge = Interval.seconds(3)

  /// Goes on from what was kept of the cluster's past.
  public static func follow(
    _ access: ClusterAccess,
    onto desk: InventoryDesk,
    keeping kept: KeptInventories
  ) throws(SystemError) {
    try startThread {
      var kept = kept
      var keeper = InventoryKeeper(access, after: kept.states)
      let known = keeper.history.snapshots.last?.takenAt
      while true {
        let news = keeper.step(until: .now() + .seconds(1))
        let failures = news.failures.map { failure in
          "\(failure); the inventory stays what it was"
        }
        let status = keeper.status
        let age = status.age(at: .now())
        desk.note(
          InventoryAge(
            confirmedAt: status.confirmedAt ?? known,
            isCurrent: age.map { $0 <= mostAge } ?? false,
            failure: status.kinds.compactMap(\.failure).first.map(\.description)
          )
        )
        let isNew = !news.snapshots.isEmpty
        if isNew || !failures.isEmpty { desk.put(isNew ? keeper.history.cluster : nil, failures) }
        desk.put(nil, kept.keep(keeper.history, until: keeper.heldUntil))
      }
    }
  }
}
