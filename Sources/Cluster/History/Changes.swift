public import Wire

/// What happened to an endpoint of a service port, and when at the earliest and the latest.
public struct EndpointChange: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case joined, left, becameReady, becameNotReady, becameTerminating
  }

  public var kind: Kind
  /// As it was after the change; before it, if it left.
  public var record: EndpointRecord
  /// It happened at or after this time; `nil` where only the capture bounds it.
  public var after: Timestamp?
  /// It had happened by this time; `nil` where only the capture bounds it.
  public var before: Timestamp?

  public init(_ kind: Kind, _ record: EndpointRecord, after: Timestamp?, before: Timestamp?) {
    self.kind = kind
    self.record = record
    self.after = after
    self.before = before
  }
}

/// What was edited of a service, and when at the earliest and the latest.
public struct ServiceChange: Hashable, Sendable {
  public struct Fields: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    public static let kind = Self(rawValue: 1)
    public static let ports = Self(rawValue: 2)
    public static let fronts = Self(rawValue: 4)
    public static let externalTrafficPolicy = Self(rawValue: 8)
    public static let internalTrafficPolicy = Self(rawValue: 16)
    public static let affinity = Self(rawValue: 32)
    public static let healthCheckNodePort = Self(rawValue: 64)
    public static let announcer = Self(rawValue: 128)
  }

  public var fields: Fields
  /// `nil` where the service was not there before.
  public var was: Service?
  /// `nil` where the service is gone.
  public var now: Service?
  /// It happened at or after this time; `nil` where only the capture bounds it.
  public var after: Timestamp?
  /// It had happened by this time; `nil` where only the capture bounds it.
  public var before: Timestamp?

  init(from was: Service?, to now: Service?, after: Timestamp?, before: Timestamp?) {
    self.was = was
    self.now = now
    self.after = after
    self.before = before
    fields = []
    guard let was, let now else { return }
    if was.kind != now.kind || was.isHeadless != now.isHeadless { fields.insert(.kind) }
    if was.ports != now.ports { fields.insert(.ports) }
    if was.fronts != now.fronts { fields.insert(.fronts) }
    if was.externalTrafficPolicy != now.externalTrafficPolicy {
      fields.insert(.externalTrafficPolicy)
    }
    if was.internalTrafficPolicy != now.internalTrafficPolicy {
      fields.insert(.internalTrafficPolicy)
    }
    if was.affinity != now.affinity { fields.insert(.affinity) }
    if was.healthCheckNodePort != now.healthCheckNodePort { fields.insert(.healthCheckNodePort) }
    if was.announcer != now.announcer { fields.insert(.announcer) }
  }
}

/// A time in which no endpoint was ready; nil where only the capture bounds it.
public struct EmptyTime: Hashable, Sendable {
  /// It began after this, and had begun by that.
  public var after: Timestamp?
  public var from: Timestamp?
  /// It went on until this at least, and was over by that.
  public var until: Timestamp?
  public var before: Timestamp?
}

/// What an address and port was to a service port at one time.
public enum Membership: Hashable, Sendable {
  case current(EndpointRecord)
  /// It joined or left between two snapshots, and the time asked for lies between them.
  case uncertain(EndpointRecord)
  case former(EndpointRecord)
  case later(EndpointRecord)
  case never

  public var record: EndpointRecord? {
    switch self {
    case .current(let record), .uncertain(let record), .former(let record), .later(let record):
      record
    case .never: nil
    }
  }
}

/// A front that was found: which port of which service, and what kind of address.
public struct Front: Hashable, Sendable {
  public var port: ServicePortID
  public var service: ServiceID
  public var kind: FrontKind
}

/// Whose an address is, and in what role.
public struct AddressOwner: Hashable, Sendable {
  public enum Role: Hashable, Sendable {
    /// One of the node's own addresses.
    case node
    /// The first host of the node's pod block: its bridge, and the seen source of a local backend.
    case podBridge
    /// The network address of the node's pod block: its tunnel device, and the seen source of a remote backend.
    case tunnel
    /// A pod that the inventory lists.
    case pod(PodID)
    /// In the node's pod block, and no pod that was listed then.
    case podBlock

    /// Whether the node itself answers there and sends from there, and not a pod of it.
    public var isNodes: Bool {
      switch self {
      case .node, .podBridge, .tunnel: true
      case .pod, .podBlock: false
      }
    }
  }

  public var node: NodeID
  public var role: Role
}
