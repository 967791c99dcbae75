public import Wire

/// A pod, as far as it matters to who served whom.
public struct Pod: Hashable, Sendable {
  public enum Phase: String, Hashable, Sendable {
    case pending = "Pending"
    case running = "Running"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case unknown = "Unknown"
  }

  public var name: ObjectName
  /// Tells a pod from its successor of the same name; empty where nothing gave one.
  public var uid: String
  public var node: String?
  /// Its addresses of both families; those of its node if it is on the host's network.
  public var addresses: [IPAddress]
  public var isOnHostNetwork: Bool
  /// The addresses of its node: all that is known of a node where nodes themselves were not listed.
  public var hostAddresses: [IPAddress]
  public var phase: Phase
  public var isReady: Bool
  public var createdAt: Timestamp?
  /// When it was told to go: the API's deletion time stamp less the grace period that it includes.
  public var terminatingSince: Timestamp?
  /// When its readiness last changed.
  public var readinessChangedAt: Timestamp?
  /// The label `app.kubernetes.io/name`, else `app`, else `k8s-app`.
  public var app: String?

  public init(_ name: ObjectName, addresses: [IPAddress] = []) {
    self.name = name
    self.addresses = addresses
    uid = ""
    isOnHostNetwork = false
    hostAddresses = []
    phase = .running
    isReady = true
  }

  /// True once its containers have ended: its addresses may already be another's.
  public var isFinished: Bool { phase == .succeeded || phase == .failed }
}
