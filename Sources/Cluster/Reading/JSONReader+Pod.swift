internal import JSONText
internal import Wire

extension JSONReader {
  /// A `v1` Pod.
  mutating func pod() throws(JSONError) -> Pod {
    let start = try startOfValue()
    var metadata: Metadata?
    var pod = Pod(ObjectName("", ""))
    pod.phase = .unknown
    pod.isReady = false
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "metadata": metadata = try self.metadata()
      case "spec": try readSpec(into: &pod)
      case "status": try readStatus(into: &pod)
      default: break
      }
    }
    guard let metadata else { throw JSONError(.missing("metadata"), at: start) }
    pod.name = metadata.name
    pod.uid = metadata.uid
    pod.createdAt = metadata.createdAt
    pod.terminatingSince = metadata.terminatingSince
    pod.app = metadata.app
    return pod
  }

  private mutating func readSpec(into pod: inout Pod) throws(JSONError) {
    guard try entersObject() else { return }
    while let key = try nextKey() {
      switch key {
      case "nodeName":
        if let node = try stringIfAny(), !node.isEmpty { pod.node = node }
      case "hostNetwork": pod.isOnHostNetwork = try boolIfAny() ?? false
      default: break
      }
    }
  }

  private mutating func readStatus(into pod: inout Pod) throws(JSONError) {
    guard try entersObject() else { return }
    // `podIP` repeats the first of `podIPs`, and older servers write it alone.
    var (first, all) = (IPAddress?.none, [IPAddress]())
    var (firstHost, allHosts) = (IPAddress?.none, [IPAddress]())
    while let key = try nextKey() {
      switch key {
      case "phase": pod.phase = Pod.Phase(rawValue: try stringIfAny() ?? "") ?? .unknown
      case "podIP": first = try addressIfAny()
      case "podIPs": all = try listOfIPs()
      case "hostIP": firstHost = try addressIfAny()
      case "hostIPs": allHosts = try listOfIPs()
      case "conditions":
        try readConditions { isTrue, changedAt in
          pod.isReady = isTrue
          pod.readinessChangedAt = changedAt
        }
      default: break
      }
    }
    if let first, !all.contains(first) { all.insert(first, at: 0) }
    if let firstHost, !allHosts.contains(firstHost) { allHosts.insert(firstHost, at: 0) }
    pod.addresses = all
    pod.hostAddresses = allHosts
  }

  /// A list like `[{"ip":"10.0.0.1"}]`.
  private mutating func listOfIPs() throws(JSONError) -> [IPAddress] {
    var all: [IPAddress] = []
    guard try entersArray() else { return all }
    while try nextElement() {
      guard try entersObject() else { continue }
      while let key = try nextKey() {
        if key.equals("ip"), let address = try addressIfAny() { all.append(address) }
      }
    }
    return all
  }

  /// Reads a list of conditions and tells about the one called `Ready`.
  mutating func readConditions(
    _ isReady: (_ isTrue: Bool, _ changedAt: Timestamp?) -> Void
  ) throws(JSONError) {
    guard try entersArray() else { return }
    while try nextElement() {
      guard try entersObject() else { continue }
      var type = ""
      var isTrue = false
      var changedAt: Timestamp?
      while let key = try nextKey() {
        switch key {
        case "type": type = try string()
        case "status": isTrue = try text().equals("True")
        case "lastTransitionTime": changedAt = try timestampIfAny()
        default: break
        }
      }
      if type == "Ready" { isReady(isTrue, changedAt) }
    }
  }
}
