internal import Cluster
internal import Wire

extension Mode {
  static let notReadyFlush = Mode(
    "A4",
    "not-ready-flush",
    .violation,
    needs: [.history],
    tests: [.move(judgeReadiness)],
    words: Words(
      symptom: """
        A failing readiness probe sends clients to another pod. The old pod was still serving \
        them and its last answers are lost.
        """,
      cause: """
        A pod that becomes not ready leaves the serving endpoints although it still works. \
        Kube-proxy then deletes the UDP entries that point at it, so its clients are balanced \
        again, and answers that the old pod sends afterwards find no entry that would \
        translate them back.
        """,
      signature: """
        At the ingress node's NIC the flow goes on to another pod, while the old pod's veth \
        still shows answers that have no twin at the ingress node. The old pod is still in the \
        endpoint slice, marked not ready: that tells it from a replaced pod (A17), which has \
        left it.
        """,
      remedy: """
        Make the readiness probe tolerant (failureThreshold, timeoutSeconds) so that it fails \
        only when the pod cannot serve: kubectl describe pod shows the failures. Kube-proxy \
        cannot tell a pod that still serves from one that does not.
        """,
      references: [
        "kubernetes/kubernetes#137986",
        "kubernetes/enhancements#5989",
        "137986 was closed without being merged; the enhancement proposal is open.",
      ]
    )
  )

  private static func judgeReadiness(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard move.changedBackend else { return .ruledOut("the backend stayed the same") }
    guard let inventory = evidence.inventory, let port = evidence.ports[move.session] else {
      return .unknown(needs: Need.history.rawValue)
    }
    let backend = evidence.placements[move.was].backend
    let change = inventory.changes(ofEndpointsOf: port).last { change in
      change.record.endpoint == backend && change.kind == .becameNotReady
        && (change.after.map { $0 <= move.at } ?? true)
        && (change.before.map { $0 >= move.lastOld - .seconds(5) } ?? true)
    }
    let pod = evidence.pod(backend, at: move.at)
    guard let change else {
      return .ruledOut("the readiness of \(pod) is not known to have changed")
    }
    return .holds(
      confidence: change.before == nil || change.after == nil ? 0.75 : 0.9,
      because: ["\(pod) stayed an endpoint but became not ready, and its flows were moved away"],
      group: backend.description
    )
  }
}
