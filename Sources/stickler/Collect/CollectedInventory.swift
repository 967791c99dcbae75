import Affinity
import Cluster
import Collector
import CommandLineKit
import KubernetesAPI
import System

/// Where a collector's inventory comes from: files that may be written anew, the API server, or nowhere.
struct CollectedInventory {
  let desk = InventoryDesk()
  /// What is known from the beginning.
  let history: ClusterHistory?

  private let files: InventoryFiles?
  private let kept: KeptInventories
  private let follower: InventoryFollower
  private let access: ClusterAccess?

  /// What is to be said of what was kept is added to `lines`.
  init(
    _ arguments: Arguments,
    _ settings: CollectorSettings,
    _ lines: inout [String]
  ) throws(Failure) {
    let meansServer =
      try arguments[CollectCommand.kubernetes] || arguments.isGiven(InventoryCommand.kubeconfig)
      || arguments.isGiven(InventoryCommand.context)
    kept = KeptInventories(of: settings, &lines)
    let past = kept.states
    files = try LiveOptions.inventoryFiles(arguments, after: past)
    guard files == nil || !meansServer else {
      throw Failure(
        "--inventory or the API server (--kubernetes, --kubeconfig, --context): not both"
      )
    }
    history = files?.history ?? (meansServer && !past.snapshots.isEmpty ? past.cluster : nil)
    follower = try InventoryFollower.made()
    access = meansServer ? try InventoryCommand.access(arguments) : nil
    // What the API server has of services is not known yet.
    if access == nil { try AnalyzeCommand.check(settings.analyst.scope, in: history) }
  }

  /// Begins to follow; signals have been taken over by then.
  func follow() throws(Failure) {
    try follower.start(following: files, keeping: kept)
    guard let access else { return }
    do throws(SystemError) {
      try ServerInventory.follow(access, onto: desk, keeping: kept)
    } catch {
      throw Failure(error.description)
    }
  }

  /// Lays down what files say anew.
  func passOn() {
    for news in follower.takeNews() { desk.put(news.history, news.lines) }
  }
}
