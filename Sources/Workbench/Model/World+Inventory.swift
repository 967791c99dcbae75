internal import Wire

/// The cluster's objects as `kubectl get pods,svc,endpointslices,nodes -A -o json` prints them, and when.
extension World {
  func snapshot() {
    let time = Timestamp(nanoseconds: now)
    var items = pods.indices.filter { !pods[$0].isGone }.map(podObject)
    items += topology.services.indices.map(serviceObject)
    items += topology.services.indices.map(sliceObject)
    if incidents.contains(where: { if case .flushForOther = $0.fault { true } else { false } }) {
      items += otherService
    }
    items += nodes.indices.map(nodeObject)
    let list: JSON = [
      "apiVersion": "v1", "takenAt": .string(time.description), "items": .array(items),
      "kind": "List", "metadata": ["resourceVersion": ""],
    ]
    inventories.append(
      Recording.Inventory(
        name: "cluster-\(inventories.count).json",
        time: time,
        bytes: Array(list.text.utf8)
      )
    )
  }

  /// A time of an object's metadata: whole seconds.
  private func moment(_ nanoseconds: Int64) -> JSON {
    .string(String(Timestamp(nanoseconds: nanoseconds).description.prefix(19)) + "Z")
  }

  private func metadata(
    _ name: String,
    _ uid: Int,
    _ extra: [(String, JSON)] = [],
    createdAt: Int64? = nil
  ) -> JSON {
    .object(
      extra + [
        ("creationTimestamp", moment(createdAt ?? start - 8_000_000_000)), ("name", .string(name)),
        ("namespace", "default"), ("resourceVersion", .string(String(resourceVersion + uid))),
        ("uid", .string(Self.uid(uid))),
      ]
    )
  }

  private static func uid(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
  }

  private func podObject(_ index: Int) -> JSON {
    let pod = pods[index]
    let isReady = pod.spec.isReady && !pod.isTerminating
    let deletion: [(String, JSON)] =
      pod.isTerminating
      ? [
        ("deletionGracePeriodSeconds", 30),
        // The API server writes when the pod has to be gone.
        ("deletionTimestamp", moment(pod.terminatingSince + 30_000_000_000)),
      ] : []
    var spec: [(String, JSON)] = [
      (
        "containers",
        [["image": "x", "name": "c", "ports": [["containerPort": 20_001, "protocol": "UDP"]]]]
      ),
      ("nodeName", .string(pod.spec.node)), ("terminationGracePeriodSeconds", 30),
    ]
    if pod.spec.isHostNetwork { spec.append(("hostNetwork", true)) }
    let address: JSON = .string(pod.address.description)
    return [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": metadata(
        pod.spec.name,
        16 + index,
        [("labels", ["app": .string(pod.spec.app)])] + deletion,
        createdAt: pod.createdAt
      ),
      "spec": .object(spec),
      "status": [
        "conditions": [
          [
            "lastTransitionTime": moment(pod.readinessChangedAt),
            "status": isReady ? "True" : "False", "type": "Ready",
          ]
        ],
        "hostIP": .string(plan.node(pod.node).description), "phase": "Running", "podIP": address,
        "podIPs": [["ip": address]],
      ],
    ]
  }

  private func serviceObject(_ index: Int) -> JSON {
    let service = topology.services[index]
    let isHeadless = service.kind == .headless
    let address: JSON = isHeadless ? "None" : .string(plan.clusterIP(index).description)
    let hasNodePort = service.kind == .nodePort || service.kind == .loadBalancer
    let ports = service.ports.map { port -> JSON in
      var members: [(String, JSON)] = [
        ("name", .string("udp-\(port)")), ("port", .number(String(port))), ("protocol", "UDP"),
        ("targetPort", .number(String(service.targetPort ?? port))),
      ]
      if hasNodePort { members.append(("nodePort", .number(String(nodePort(index, port))))) }
      return .object(members)
    }
    var spec: [(String, JSON)] = [
      ("clusterIP", address), ("clusterIPs", [address]), ("internalTrafficPolicy", "Cluster"),
      ("ipFamilies", [topology.isV6 ? "IPv6" : "IPv4"]), ("ipFamilyPolicy", "SingleStack"),
      ("ports", .array(ports)), ("selector", ["app": .string(service.app)]),
      ("sessionAffinity", service.affinity == nil ? "None" : "ClientIP"),
      ("type", .string(isHeadless ? "ClusterIP" : service.kind.rawValue)),
    ]
    if hasNodePort { spec.append(("externalTrafficPolicy", .string(service.policy.rawValue))) }
    if let timeout = service.affinity {
      let seconds: JSON = .number(String(timeout.nanoseconds / 1_000_000_000))
      spec.append(("sessionAffinityConfig", ["clientIP": ["timeoutSeconds": seconds]]))
    }
    let virtual: JSON = .string(plan.virtual(index).description)
    let status: JSON =
      service.kind == .loadBalancer
      ? ["loadBalancer": ["ingress": [["ip": virtual, "ipMode": "VIP"]]]] : ["loadBalancer": [:]]
    return [
      "apiVersion": "v1", "kind": "Service", "metadata": metadata(service.name, 100 + index),
      "spec": .object(spec), "status": status,
    ]
  }

  private func sliceObject(_ index: Int) -> JSON {
    let service = topology.services[index]
    let endpoints = pods.indices.filter { pods[$0].spec.app == service.app && !pods[$0].isGone }
    let ports = service.ports.map { port -> JSON in
      [
        "name": .string("udp-\(port)"), "port": .number(String(service.targetPort ?? port)),
        "protocol": "UDP",
      ]
    }
    return slice(service.name, 200 + index, endpoints.map(endpointObject), ports)
  }

  private func endpointObject(_ index: Int) -> JSON {
    let pod = pods[index]
    return [
      "addresses": [.string(pod.address.description)],
      "conditions": [
        "ready": .bool(pod.spec.isReady && !pod.isTerminating), "serving": .bool(pod.spec.isReady),
        "terminating": .bool(pod.isTerminating),
      ],
      "nodeName": .string(pod.spec.node),
      "targetRef": [
        "kind": "Pod", "name": .string(pod.spec.name), "namespace": "default",
        "uid": .string(Self.uid(16 + index)),
      ],
    ]
  }

  private func slice(_ service: String, _ uid: Int, _ endpoints: [JSON], _ ports: [JSON]) -> JSON {
    [
      "addressType": topology.isV6 ? "IPv6" : "IPv4", "apiVersion": "discovery.k8s.io/v1",
      "endpoints": .array(endpoints), "kind": "EndpointSlice",
      "metadata": metadata(
        "\(service)-9r8jh",
        uid,
        [("labels", ["kubernetes.io/service-name": .string(service)])]
      ),
      "ports": .array(ports),
    ]
  }

  /// A service that nobody here talks to, and whose endpoints come and go.
  private var otherService: [JSON] {
    let address: JSON = .string(plan.clusterIP(900).description)
    let endpoint: JSON = .string(plan.podNetwork(1, host: 200 + otherServiceVersion).description)
    let port: JSON = ["name": "dns", "port": 5_353, "protocol": "UDP", "targetPort": 5_353]
    let service: JSON = [
      "apiVersion": "v1", "kind": "Service", "metadata": metadata("other", 300),
      "spec": [
        "clusterIP": address, "clusterIPs": [address], "ports": [port], "sessionAffinity": "None",
        "type": "ClusterIP",
      ], "status": ["loadBalancer": [:]],
    ]
    let endpoints: JSON = [
      "addresses": [endpoint],
      "conditions": ["ready": true, "serving": true, "terminating": false],
      "nodeName": .string(topology.nodes.last ?? ""),
    ]
    return [
      service,
      slice("other", 301, [endpoints], [["name": "dns", "port": 5_353, "protocol": "UDP"]]),
    ]
  }

  private func nodeObject(_ index: Int) -> JSON {
    let name: JSON = .string(nodes[index].name)
    let range: JSON = .string("\(plan.tunnel(index))/\(plan.isV6 ? 64 : 24)")
    return [
      "apiVersion": "v1", "kind": "Node",
      "metadata": [
        "labels": ["kubernetes.io/hostname": name], "name": name,
        "uid": .string(Self.uid(400 + index)),
      ],
      "spec": ["podCIDR": range, "podCIDRs": [range]],
      "status": [
        "addresses": [
          ["address": .string(plan.node(index).description), "type": "InternalIP"],
          ["address": name, "type": "Hostname"],
        ],
        "conditions": [["status": "True", "type": "Ready"]],
      ],
    ]
  }
}
