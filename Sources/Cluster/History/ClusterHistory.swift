public import Wire

/// The cluster over time: snapshots in order, indexed once, asked millions of times.
///
/// Between two snapshots either may hold. Questions are then answered from the earlier one, and from the later only
/// where the earlier knows nothing; `membership` tells the doubt, and `changes` bounds it.
public struct ClusterHistory: Sendable {
  /// The nodes, pods and service ports by the index of their identifiers, as they were last seen.
  public private(set) var nodes: [Node] = []
  public private(set) var pods: [Pod] = []
  public private(set) var servicePorts: [(service: ServiceID, port: ServicePort)] = []
  /// The services' names by the index of their identifiers.
  public private(set) var serviceNames: [ObjectName] = []

  var moments = Moments()
  var nodeIDs: [String: NodeID] = [:]
  var podIDs: [PodKey: PodID] = [:]
  /// The latest pod of each name.
  var podIDsByName: [ObjectName: PodID] = [:]
  var serviceIDs: [ObjectName: ServiceID] = [:]
  var portIDs: [PortKey: ServicePortID] = [:]

  var podsByAddress = TenureIndex<IPAddress>()
  var nodesByAddress = TenureIndex<IPAddress>()
  var blocks = TenureIndex<AddressBlock>()
  /// The prefix lengths that blocks have, longest first: a handful.
  var blockLengths: [UInt8] = []
  /// The holder is a service port and a kind of front, packed.
  var fronts = TenureIndex<PlaceKey>()
  var nodePorts = TenureIndex<NodePortKey>()
  /// Service ports behind which an endpoint stands, of all times.
  var portsBehind: [PlaceKey: [ServicePortID]] = [:]
  /// The holder is an index into `records`.
  var members = TenureIndex<MemberKey>()
  var records: [EndpointRecord] = []

  var serviceVersions: [[Version<Service?>]] = []
  var endpointVersions: [[Version<[EndpointRecord]>]] = []
  var serviceChanges: [[ServiceChange]] = []
  var endpointChanges: [[EndpointChange]] = []

  struct PodKey: Hashable {
    var name: ObjectName
    var uid: String
  }

  struct PortKey: Hashable {
    var service: ServiceID
    var port: UInt16
    var transport: Transport
  }

  struct PlaceKey: Hashable {
    var endpoint: Endpoint
    var transport: Transport
  }

  struct NodePortKey: Hashable {
    var port: UInt16
    var transport: Transport
  }

  struct MemberKey: Hashable {
    var port: ServicePortID
    var endpoint: Endpoint
  }

  /// A value and the first snapshot that has it; it holds until the next version.
  struct Version<Value: Sendable>: Sendable {
    var epoch: Int32
    var value: Value
  }

  /// A history of nothing: every answer is that it is not known.
  public init() {}

  /// Puts the snapshots in order of their times, or as given where they have none, and indexes them.
  public init(_ snapshots: [ClusterSnapshot]) {
    let ordered = Self.completed(Moments.ordered(snapshots))
    let podCount = ordered.first?.pods.count ?? 0
    podIDs.reserveCapacity(podCount)
    podsByAddress.reserveCapacity(podCount)
    for snapshot in ordered { append(snapshot) }
  }

  /// Reads and orders whole files; a time given for a file is used where the file itself has none.
  public init(reading files: [InventoryFile]) throws(InventoryError) {
    var snapshots: [ClusterSnapshot] = []
    for file in files {
      var snapshot = try ClusterSnapshot(reading: file.bytes, named: file.name)
      snapshot.takenAt = snapshot.takenAt ?? file.time
      snapshots.append(snapshot)
    }
    self.init(snapshots)
  }

  /// The kinds of object that any snapshot speaks of; what is missing here is not known, rather than not there.
  public private(set) var kinds: ClusterSnapshot.Kinds = []

  public var isEmpty: Bool { moments.times.isEmpty }

  /// When the snapshots were taken, in order; `nil` where that is not known.
  public var snapshotTimes: [Timestamp?] { moments.times }

  /// Fills in what a snapshot does not speak of from its neighbours, so that `pods.json` and `services.json` of one
  /// moment make one inventory, and nodes from what pods say of them.
  private static func completed(_ snapshots: [ClusterSnapshot]) -> [ClusterSnapshot] {
    var snapshots = SnapshotHistory.filled(snapshots)
    for index in snapshots.indices where !snapshots[index].kinds.contains(.nodes) {
      snapshots[index].nodes = nodes(toldBy: snapshots[index].pods)
    }
    return snapshots
  }

  /// The nodes that pods name, with the addresses that pods give them.
  private static func nodes(toldBy pods: [Pod]) -> [Node] {
    var addresses: [String: Set<IPAddress>] = [:]
    for pod in pods {
      if let node = pod.node { addresses[node, default: []].formUnion(pod.hostAddresses) }
    }
    return addresses.sorted { $0.key < $1.key }.map { Node($0.key, addresses: $0.value.sorted()) }
  }

  // MARK: Building

  private mutating func append(_ snapshot: ClusterSnapshot) {
    let epoch = Int32(moments.times.count)
    moments.append(snapshot.takenAt)
    kinds.formUnion(snapshot.kinds)
    for node in snapshot.nodes { append(node, in: epoch) }
    for pod in snapshot.pods { append(pod, in: epoch) }
    for service in snapshot.services { append(service, in: epoch) }
    var groups: [GroupKey: [EndpointRecord]] = [:]
    for group in snapshot.endpoints {
      groups[
        GroupKey(service: group.service, name: group.portName, transport: group.transport)
      ] =
        group.records
    }
    var current: Set<ServiceID> = []
    for service in snapshot.services {
      guard let id = serviceIDs[service.name] else { continue }
      current.insert(id)
      for port in service.ports {
        guard let port = (portIDs[PortKey(service: id, port: port.port, transport: port.transport)])
        else { continue }
        let named = servicePorts[Int(port.index)].port
        let key = GroupKey(service: service.name, name: named.name, transport: named.transport)
        replaceEndpoints(of: port, with: groups[key] ?? [], in: epoch)
      }
    }
    // What this snapshot no longer has.
    for index in serviceNames.indices {
      let id = ServiceID(index: Int32(index))
      if !current.contains(id) { replace(id, with: nil, in: epoch) }
    }
    for index in servicePorts.indices {
      let (id, port) = servicePorts[index]
      let service = serviceVersions[Int(id.index)].last?.value
      let isThere = service?.ports.contains {
        $0.port == port.port && $0.transport == port.transport
      }
      if isThere != true {
        replaceEndpoints(of: ServicePortID(index: Int32(index)), with: [], in: epoch)
      }
    }
  }

  private struct GroupKey: Hashable {
    var service: ObjectName
    var name: String
    var transport: Transport
  }

  private mutating func append(_ node: Node, in epoch: Int32) {
    let id: NodeID
    if let known = nodeIDs[node.name] {
      id = known
      nodes[Int(id.index)] = node
    } else {
      id = NodeID(index: Int32(nodes.count))
      nodeIDs[node.name] = id
      nodes.append(node)
    }
    for address in node.addresses { nodesByAddress.record(id.index, at: address, in: epoch) }
    for block in node.podBlocks {
      blocks.record(id.index, at: block, in: epoch)
      if !blockLengths.contains(block.prefixLength) {
        blockLengths.append(block.prefixLength)
        blockLengths.sort(by: >)
      }
    }
  }

  private mutating func append(_ pod: Pod, in epoch: Int32) {
    let key = PodKey(name: pod.name, uid: pod.uid)
    let id: PodID
    if let known = podIDs[key] {
      id = known
      pods[Int(id.index)] = pod
    } else {
      id = PodID(index: Int32(pods.count))
      podIDs[key] = id
      pods.append(pod)
    }
    podIDsByName[pod.name] = id
    guard !pod.isOnHostNetwork else { return }
    for address in pod.addresses { podsByAddress.record(id.index, at: address, in: epoch) }
  }

  private mutating func append(_ service: Service, in epoch: Int32) {
    let id: ServiceID
    if let known = serviceIDs[service.name] {
      id = known
    } else {
      id = ServiceID(index: Int32(serviceNames.count))
      serviceIDs[service.name] = id
      serviceNames.append(service.name)
      serviceVersions.append([])
      serviceChanges.append([])
    }
    replace(id, with: service, in: epoch)
    var ports: [ServicePortID] = []
    for port in service.ports {
      let key = PortKey(service: id, port: port.port, transport: port.transport)
      if let known = portIDs[key] {
        servicePorts[Int(known.index)].port = port
        ports.append(known)
      } else {
        let portID = ServicePortID(index: Int32(servicePorts.count))
        portIDs[key] = portID
        servicePorts.append((id, port))
        endpointVersions.append([])
        endpointChanges.append([])
        ports.append(portID)
      }
    }
    for front in service.fronts where ports.indices.contains(front.portIndex) {
      let key = PlaceKey(
        endpoint: front.endpoint,
        transport: service.ports[front.portIndex].transport
      )
      let holder = ports[front.portIndex].index << 3 | front.kind.rawValue
      fronts.record(holder, at: key, in: epoch)
    }
    for (port, portID) in zip(service.ports, ports) {
      guard let nodePort = port.nodePort else { continue }
      nodePorts.record(
        portID.index,
        at: NodePortKey(port: nodePort, transport: port.transport),
        in: epoch
      )
    }
  }

  private mutating func replace(_ id: ServiceID, with service: Service?, in epoch: Int32) {
    let index = Int(id.index)
    let was = serviceVersions[index].last?.value
    if serviceVersions[index].isEmpty, epoch > 0 {
      serviceVersions[index].append(Version(epoch: 0, value: nil))
    } else if was == .some(service) {
      return
    }
    serviceVersions[index].append(Version(epoch: epoch, value: service))
    guard epoch > 0 else { return }
    let (after, before) = moments.bounds(before: Int(epoch))
    serviceChanges[index].append(
      ServiceChange(from: was ?? nil, to: service, after: after, before: before)
    )
  }

  private mutating func replaceEndpoints(
    of port: ServicePortID,
    with new: [EndpointRecord],
    in epoch: Int32
  ) {
    let index = Int(port.index)
    let transport = servicePorts[index].port.transport
    let old = endpointVersions[index].last?.value ?? []
    for record in new {
      remember(record, of: port, in: epoch)
      let key = PlaceKey(endpoint: record.endpoint, transport: transport)
      if portsBehind[key]?.contains(port) != true { portsBehind[key, default: []].append(port) }
    }
    if endpointVersions[index].isEmpty, epoch > 0 {
      endpointVersions[index].append(Version(epoch: 0, value: []))
    }
    guard old != new || endpointVersions[index].isEmpty else { return }
    endpointVersions[index].append(Version(epoch: epoch, value: new))
    guard epoch > 0 else { return }
    endpointChanges[index] += changes(from: old, to: new, epoch: Int(epoch))
  }

  private mutating func remember(
    _ record: EndpointRecord,
    of port: ServicePortID,
    in epoch: Int32
  ) {
    let key = MemberKey(port: port, endpoint: record.endpoint)
    var holder = Int32(records.count)
    members.forEach(of: key) { tenure in
      if records[Int(tenure.holder)] == record { holder = tenure.holder }
    }
    if holder == records.count { records.append(record) }
    members.record(holder, at: key, in: epoch)
  }
}
