internal import Wire

extension ClusterHistory {
  /// Everything that happened to the endpoints of a service port, in order of the snapshots that showed it.
  public func changes(ofEndpointsOf port: ServicePortID) -> [EndpointChange] {
    guard endpointChanges.indices.contains(Int(port.index)) else { return [] }
    return endpointChanges[Int(port.index)]
  }

  /// Every edit of a service, in order of the snapshots that showed it.
  public func changes(of service: ServiceID) -> [ServiceChange] {
    guard serviceChanges.indices.contains(Int(service.index)) else { return [] }
    return serviceChanges[Int(service.index)]
  }

  /// When no endpoint of a service port was ready (none at a node, if that is asked for), and when that may have been.
  public func emptyTimes(of port: ServicePortID, at node: String? = nil) -> [EmptyTime] {
    guard endpointVersions.indices.contains(Int(port.index)), kinds.contains(.endpoints) else {
      return []
    }
    let versions = endpointVersions[Int(port.index)]
    let service = servicePorts[Int(port.index)].service
    return versions.indices.compactMap { index in
      let (epoch, next) = (versions[index].epoch, index + 1)
      let isEmpty = !versions[index].value.contains { record in
        record.isReady && (node == nil || record.node == node)
      }
      // Of a service that is not there nobody refuses anything.
      guard isEmpty, version(of: serviceVersions[Int(service.index)], at: epoch) ?? nil != nil
      else {
        return nil
      }
      let end = next < versions.count ? Int(versions[next].epoch) : nil
      return EmptyTime(
        after: epoch > 0 ? moments.bounds(before: Int(epoch)).after : nil,
        from: epoch > 0 ? snapshotTimes[Int(epoch)] : nil,
        until: end.flatMap { moments.bounds(before: $0).after },
        before: end.flatMap { snapshotTimes[$0] }
      )
    }
  }

  /// Compares two lists, both in order of their endpoints.
  func changes(
    from old: [EndpointRecord],
    to new: [EndpointRecord],
    epoch: Int
  ) -> [EndpointChange] {
    var changes: [EndpointChange] = []
    let (after, before) = moments.bounds(before: epoch)
    func note(_ kind: EndpointChange.Kind, _ record: EndpointRecord, notBefore: Timestamp?) {
      var earliest = after
      // A bound that contradicts the snapshot comes from another clock: leave it.
      if let notBefore, before.map({ notBefore <= $0 }) ?? true {
        earliest = max(notBefore, after ?? notBefore)
      }
      changes.append(EndpointChange(kind, record, after: earliest, before: before))
    }
    var (left, right) = (0, 0)
    while left < old.count || right < new.count {
      if right == new.count || (left < old.count && old[left].endpoint < new[right].endpoint) {
        note(.left, old[left], notBefore: pod(of: old[left])?.terminatingSince)
        left += 1
      } else if left == old.count || new[right].endpoint < old[left].endpoint {
        note(.joined, new[right], notBefore: pod(of: new[right])?.createdAt)
        right += 1
      } else {
        let (was, now) = (old[left], new[right])
        left += 1
        right += 1
        let pod = pod(of: now)
        if was.podUID != now.podUID, !was.podUID.isEmpty, !now.podUID.isEmpty {
          // The address went from one pod to another.
          note(.left, was, notBefore: self.pod(of: was)?.terminatingSince)
          note(.joined, now, notBefore: pod?.createdAt)
        } else if now.isTerminating, !was.isTerminating {
          note(.becameTerminating, now, notBefore: pod?.terminatingSince)
        } else if now.isReady != was.isReady {
          note(
            now.isReady ? .becameReady : .becameNotReady,
            now,
            notBefore: pod?.readinessChangedAt
          )
        }
      }
    }
    return changes
  }

  func pod(of record: EndpointRecord) -> Pod? {
    podID(of: record).map { pods[Int($0.index)] }
  }

  /// The very pod, or the last of its name where the slice or the pod tells no identity.
  func podID(of record: EndpointRecord) -> PodID? {
    guard let name = record.pod else { return nil }
    if let id = podIDs[PodKey(name: name, uid: record.podUID)] { return id }
    guard let id = podIDsByName[name] else { return nil }
    return record.podUID.isEmpty || pods[Int(id.index)].uid.isEmpty ? id : nil
  }
}
