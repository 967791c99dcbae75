public import Wire

/// A service: what clients aim at, and what it promises them.
public struct Service: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case clusterIP = "ClusterIP"
    case nodePort = "NodePort"
    case loadBalancer = "LoadBalancer"
    case externalName = "ExternalName"
  }

  public enum TrafficPolicy: String, Hashable, Sendable {
    case cluster = "Cluster"
    case local = "Local"
  }

  public enum Affinity: Hashable, Sendable {
    case none
    case clientIP(timeout: Interval)

    /// What the API server fills in: three hours.
    public static let defaultTimeout = Interval.seconds(10_800)
  }

  /// Who makes a node answer for a load balancer's address, where an annotation or the class tells.
  public enum Announcer: String, Hashable, Sendable {
    case metalLB = "MetalLB"
    case kubeVIP = "kube-vip"
    case cilium = "Cilium"
  }

  public var name: ObjectName
  public var kind: Kind
  /// It has no address of its own: names resolve to its pods.
  public var isHeadless: Bool
  public var ports: [ServicePort]
  /// Every address and port that it is reached at, except its node ports.
  public var fronts: [ServiceFront]
  public var externalTrafficPolicy: TrafficPolicy
  public var internalTrafficPolicy: TrafficPolicy
  public var affinity: Affinity
  public var healthCheckNodePort: UInt16?
  public var announcer: Announcer?

  public init(_ name: ObjectName, kind: Kind = .clusterIP) {
    self.name = name
    self.kind = kind
    isHeadless = false
    ports = []
    fronts = []
    externalTrafficPolicy = .cluster
    internalTrafficPolicy = .cluster
    affinity = .none
  }

  /// Every port at each of these addresses.
  func fronts(at addresses: [(IPAddress, FrontKind)]) -> [ServiceFront] {
    addresses.flatMap { address, kind in
      ports.enumerated().map { index, port in
        ServiceFront(Endpoint(address, port.port), kind, portIndex: index)
      }
    }
  }
}

/// One port of a service; affinity, endpoints and session tables are kept by port.
public struct ServicePort: Hashable, Sendable {
  public enum Target: Hashable, Sendable {
    case number(UInt16)
    /// A container's port by its name; the endpoints carry its number.
    case name(String)
  }

  /// Empty where the service has one port only and gives it no name.
  public var name: String
  public var transport: Transport
  public var port: UInt16
  public var target: Target
  public var nodePort: UInt16?

  public init(
    _ port: UInt16,
    over transport: Transport,
    name: String = "",
    target: Target? = nil,
    nodePort: UInt16? = nil
  ) {
    self.name = name
    self.transport = transport
    self.port = port
    self.target = target ?? .number(port)
    self.nodePort = nodePort
  }
}

/// An address and port that a client may aim at.
public struct ServiceFront: Hashable, Sendable {
  public var endpoint: Endpoint
  public var kind: FrontKind
  /// Which of the service's ports it leads to.
  public var portIndex: Int

  public init(_ endpoint: Endpoint, _ kind: FrontKind, portIndex: Int) {
    self.endpoint = endpoint
    self.kind = kind
    self.portIndex = portIndex
  }
}

/// What kind of address a client aimed at: it decides which promises hold.
public enum FrontKind: Int32, Hashable, Sendable, CaseIterable {
  case clusterIP, loadBalancer, externalIP, nodePort
  /// A pod's own address, found through a headless service.
  case headless
  /// A pod's own address, although its service has another.
  case direct
}

extension Transport {
  /// The name as Kubernetes writes it, in any case.
  init?(named name: String) {
    switch name.lowercased() {
    case "udp": self = .udp
    case "tcp": self = .tcp
    case "sctp": self = .sctp
    default: return nil
    }
  }

  /// Services may have SCTP ports; nothing here reads SCTP.
  public static let sctp = Self(rawValue: 132)

  var lowercaseName: String {
    switch self {
    case .udp: "udp"
    case .tcp: "tcp"
    case .sctp: "sctp"
    default: "\(rawValue)"
    }
  }
}
