public import JSONText
internal import Wire

extension ClusterSnapshot {
  /// As a file for `--inventory` holds it.
  public func text(_ style: JSONWriter.Style = .pretty) -> [UInt8] {
    var writer = JSONWriter(style)
    write(to: &writer)
    return writer.bytes
  }

  /// Writes the snapshot as the `List` that kubectl prints, with its time and only the fields that are read back.
  ///
  /// A kind of which there is nothing follows as an empty list of its own: that there are none is known.
  public func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("apiVersion", "v1")
      writer.member("kind", "List")
      if let takenAt { writer.member("takenAt", takenAt.description) }
      writer.key("items")
      writer.array { writer in
        for pod in pods { writer.write(pod) }
        for service in services { writer.write(service) }
        for group in endpoints { writer.write(group) }
        for node in nodes { writer.write(node) }
      }
    }
    writer.newline()
    for (kind, list, isEmpty) in [
      (.pods, "PodList", pods.isEmpty), (.services, "ServiceList", services.isEmpty),
      (.endpoints, "EndpointSliceList", endpoints.allSatisfy(\.records.isEmpty)),
      (.nodes, "NodeList", nodes.isEmpty),
    ] as [(Kinds, String, Bool)] where isEmpty && kinds.contains(kind) {
      writer.object { writer in
        writer.member("kind", list)
        writer.key("items")
        writer.array { _ in }
      }
      writer.newline()
    }
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ pod: Pod) {
    item("Pod", "v1") { writer in
      writer.metadata(pod.name) { writer in
        if !pod.uid.isEmpty { writer.member("uid", pod.uid) }
        if let time = pod.createdAt { writer.member("creationTimestamp", time.description) }
        if let time = pod.terminatingSince {
          writer.member("deletionTimestamp", time.description)
          writer.member("deletionGracePeriodSeconds", 0)
        }
        if let app = pod.app { writer.object("labels") { $0.member("app", app) } }
      }
      writer.object("spec") { writer in
        if let node = pod.node { writer.member("nodeName", node) }
        if pod.isOnHostNetwork { writer.member("hostNetwork", true) }
      }
      writer.object("status") { writer in
        writer.member("phase", pod.phase.rawValue)
        writer.array("podIPs", of: pod.addresses) { writer, address in
          writer.object { $0.member("ip", address.description) }
        }
        writer.array("hostIPs", of: pod.hostAddresses) { writer, address in
          writer.object { $0.member("ip", address.description) }
        }
        writer.ready(pod.isReady, since: pod.readinessChangedAt)
      }
    }
  }

  fileprivate mutating func write(_ node: Node) {
    item("Node", "v1") { writer in
      writer.object("metadata") { $0.member("name", node.name) }
      writer.object("spec") { writer in
        writer.array("podCIDRs", of: node.podBlocks) { $0.string($1.description) }
      }
      writer.object("status") { writer in
        writer.array("addresses", of: node.addresses) { writer, address in
          writer.object { writer in
            writer.member("type", "InternalIP")
            writer.member("address", address.description)
          }
        }
        writer.ready(node.isReady, since: nil)
      }
    }
  }

  fileprivate mutating func write(_ service: Service) {
    func addresses(_ kind: FrontKind) -> [IPAddress] {
      var seen: Set<IPAddress> = []
      return service.fronts.filter { $0.kind == kind }.map(\.endpoint.address)
        .filter { seen.insert($0).inserted }
    }
    item("Service", "v1") { writer in
      writer.metadata(service.name) { writer in
        // What tells of an announcer is the name of the annotation.
        let annotation: String? =
          switch service.announcer {
          case .metalLB: "metallb.io/ip-allocated-from-pool"
          case .kubeVIP: "kube-vip.io/loadbalancerIPs"
          case .cilium, nil: nil
          }
        if let annotation { writer.object("annotations") { $0.member(annotation, "") } }
      }
      writer.object("spec") { writer in
        writer.member("type", service.kind.rawValue)
        if service.isHeadless { writer.member("clusterIP", "None") }
        writer.array("clusterIPs", of: addresses(.clusterIP)) { $0.string($1.description) }
        writer.array("externalIPs", of: addresses(.externalIP)) { $0.string($1.description) }
        writer.array("ports", of: service.ports) { $0.write($1) }
        writer.member("externalTrafficPolicy", service.externalTrafficPolicy.rawValue)
        writer.member("internalTrafficPolicy", service.internalTrafficPolicy.rawValue)
        switch service.affinity {
        case .none: writer.member("sessionAffinity", "None")
        case .clientIP(let timeout):
          writer.member("sessionAffinity", "ClientIP")
          writer.object("sessionAffinityConfig") { writer in
            writer.object("clientIP") {
              $0.member("timeoutSeconds", timeout.nanoseconds / 1_000_000_000)
            }
          }
        }
        if let port = service.healthCheckNodePort { writer.member("healthCheckNodePort", port) }
        if service.announcer == .cilium {
          writer.member("loadBalancerClass", "io.cilium/l2-announcer")
        }
        let explained = [FrontKind.clusterIP, .externalIP, .loadBalancer].flatMap { kind in
          service.fronts(at: addresses(kind).map { ($0, kind) })
        }
        // The short form has fronts whose port is none of the service's own.
        if service.fronts != explained {
          writer.array("fronts", of: service.fronts) { writer, front in
            writer.object { writer in
              writer.member("endpoint", front.endpoint.description)
              writer.member("kind", "\(front.kind)")
              writer.member("port", front.portIndex)
            }
          }
        }
      }
      writer.object("status") { writer in
        writer.object("loadBalancer") { writer in
          writer.array("ingress", of: addresses(.loadBalancer)) { writer, address in
            writer.object { $0.member("ip", address.description) }
          }
        }
      }
    }
  }

  private mutating func write(_ port: ServicePort) {
    object { writer in
      if !port.name.isEmpty { writer.member("name", port.name) }
      writer.member("port", port.port)
      writer.member("protocol", port.transport.lowercaseName.uppercased())
      switch port.target {
      case .number(let number): writer.member("targetPort", number)
      case .name(let name): writer.member("targetPort", name)
      }
      if let nodePort = port.nodePort { writer.member("nodePort", nodePort) }
    }
  }

  /// One slice for each family and each number of the port, as slices are made.
  fileprivate mutating func write(_ group: EndpointGroup) {
    struct Key: Hashable {
      var isV4: Bool
      var port: UInt16
    }
    let slices = Dictionary(grouping: group.records) { record in
      Key(isV4: record.endpoint.address.isV4, port: record.endpoint.port)
    }
    let keys = slices.keys.sorted { left, right in
      left.isV4 != right.isV4 ? left.isV4 : left.port < right.port
    }
    for key in keys {
      let family = key.isV4 ? "IPv4" : "IPv6"
      let name = "\(group.service.name)-\(group.portName)-\(family)-\(key.port)".lowercased()
      item("EndpointSlice", "discovery.k8s.io/v1") { writer in
        writer.metadata(ObjectName(group.service.namespace, name)) { writer in
          writer.object("labels") { $0.member("kubernetes.io/service-name", group.service.name) }
        }
        writer.member("addressType", family)
        writer.array("endpoints", of: slices[key] ?? []) { $0.write($1) }
        writer.key("ports")
        writer.array { writer in
          writer.object { writer in
            writer.member("name", group.portName)
            writer.member("port", key.port)
            writer.member("protocol", group.transport.lowercaseName.uppercased())
          }
        }
      }
    }
  }

  private mutating func write(_ record: EndpointRecord) {
    object { writer in
      writer.array("addresses", of: [record.endpoint.address]) { $0.string($1.description) }
      writer.object("conditions") { writer in
        writer.member("ready", record.isReady)
        writer.member("serving", record.isServing)
        writer.member("terminating", record.isTerminating)
      }
      if let node = record.node { writer.member("nodeName", node) }
      if let pod = record.pod {
        writer.object("targetRef") { writer in
          writer.member("kind", "Pod")
          writer.member("namespace", pod.namespace)
          writer.member("name", pod.name)
          if !record.podUID.isEmpty { writer.member("uid", record.podUID) }
        }
      }
    }
  }

  // MARK: What objects are made of

  private mutating func item(_ kind: String, _ version: String, _ body: (inout Self) -> Void) {
    object { writer in
      writer.member("apiVersion", version)
      writer.member("kind", kind)
      body(&writer)
    }
  }

  private mutating func metadata(_ name: ObjectName, _ more: (inout Self) -> Void) {
    object("metadata") { writer in
      writer.member("name", name.name)
      writer.member("namespace", name.namespace)
      more(&writer)
    }
  }

  private mutating func object(_ name: String, _ body: (inout Self) -> Void) {
    key(name)
    object(body)
  }

  private mutating func array<Element>(
    _ name: String,
    of elements: [Element],
    _ body: (inout Self, Element) -> Void
  ) {
    guard !elements.isEmpty else { return }
    key(name)
    beginArray()
    for element in elements { body(&self, element) }
    endArray()
  }

  private mutating func ready(_ isReady: Bool, since time: Timestamp?) {
    array("conditions", of: [isReady]) { writer, isReady in
      writer.object { writer in
        writer.member("type", "Ready")
        writer.member("status", isReady ? "True" : "False")
        if let time { writer.member("lastTransitionTime", time.description) }
      }
    }
  }
}
