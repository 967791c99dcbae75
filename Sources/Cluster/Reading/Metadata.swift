internal import JSONText
internal import Wire

/// The part of an object that all kinds share.
struct Metadata {
  var name: ObjectName
  var uid = ""
  var createdAt: Timestamp?
  var deletedAt: Timestamp?
  var gracePeriod = Interval.seconds(0)
  /// The label that ties an endpoint slice to its service.
  var serviceName: String?
  var app: String?
  var announcer: Service.Announcer?

  /// When its end was asked for: the API's deletion time stamp lies the grace period later.
  var terminatingSince: Timestamp? { deletedAt.map { $0 - gracePeriod } }
}

extension JSONReader {
  mutating func metadata() throws(JSONError) -> Metadata {
    let start = try startOfValue()
    var metadata = Metadata(name: ObjectName("default", ""))
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "name": metadata.name.name = try string()
      case "namespace":
        if let namespace = try stringIfAny(), !namespace.isEmpty {
          metadata.name.namespace = namespace
        }
      case "uid": metadata.uid = try stringIfAny() ?? ""
      case "creationTimestamp": metadata.createdAt = try timestampIfAny()
      case "deletionTimestamp": metadata.deletedAt = try timestampIfAny()
      case "deletionGracePeriodSeconds":
        // Years of grace are no grace; the bound keeps the product in range.
        if try !isNull() {
          metadata.gracePeriod = .seconds(min(max(try integer(), 0), 1_000_000_000))
        }
      case "labels": try readLabels(into: &metadata)
      case "annotations": try readAnnotations(into: &metadata)
      default: break
      }
    }
    guard !metadata.name.name.isEmpty else { throw JSONError(.missing("name"), at: start) }
    return metadata
  }

  private mutating func readLabels(into metadata: inout Metadata) throws(JSONError) {
    guard try entersObject() else { return }
    var apps: (best: String?, second: String?, third: String?)
    while let key = try nextKey() {
      switch key {
      case "kubernetes.io/service-name": metadata.serviceName = try stringIfAny()
      case "app.kubernetes.io/name": apps.best = try stringIfAny()
      case "app": apps.second = try stringIfAny()
      case "k8s-app": apps.third = try stringIfAny()
      default: break
      }
    }
    metadata.app = apps.best ?? apps.second ?? apps.third
  }

  private mutating func readAnnotations(into metadata: inout Metadata) throws(JSONError) {
    guard try entersObject() else { return }
    while let key = try nextKey() {
      if let announcer = Service.Announcer(hint: key) { metadata.announcer = announcer }
    }
  }
}

extension Service.Announcer {
  /// Whose name the key of an annotation, or a load balancer class, begins with.
  init?(hint: borrowing JSONString) {
    if hint.begins(with: "metallb.") {
      self = .metalLB
    } else if hint.begins(with: "kube-vip.io/") {
      self = .kubeVIP
    } else if hint.begins(with: "io.cilium/") {
      self = .cilium
    } else {
      return nil
    }
  }
}

extension JSONString {
  fileprivate func begins(with prefix: String) -> Bool {
    let utf8 = prefix.utf8
    guard bytes.count >= utf8.count else { return false }
    var index = 0
    for byte in utf8 {
      guard bytes[index] == byte else { return false }
      index += 1
    }
    return true
  }
}
