public import Wire

/// One endpoint of a service port, as its endpoint slices list it.
public struct EndpointRecord: Hashable, Sendable {
  public var endpoint: Endpoint
  /// It takes new clients.
  public var isReady: Bool
  /// It answers, and may be on its way out.
  public var isServing: Bool
  public var isTerminating: Bool
  public var node: String?
  public var pod: ObjectName?
  /// The pod's, so that a successor of the same name is another endpoint's pod; empty if not known.
  public var podUID: String

  public init(
    _ endpoint: Endpoint,
    isReady: Bool = true,
    isServing: Bool? = nil,
    isTerminating: Bool = false,
    node: String? = nil,
    pod: ObjectName? = nil,
    podUID: String = ""
  ) {
    self.endpoint = endpoint
    self.isReady = isReady
    self.isServing = isServing ?? isReady
    self.isTerminating = isTerminating
    self.node = node
    self.pod = pod
    self.podUID = podUID
  }
}

/// The endpoints of one service port, from all of its slices, each once and by address.
public struct EndpointGroup: Hashable, Sendable {
  public var service: ObjectName
  /// The service port's name: slices name ports, they do not number them.
  public var portName: String
  public var transport: Transport
  public var records: [EndpointRecord]

  public init(
    _ service: ObjectName,
    portName: String = "",
    over transport: Transport,
    records: [EndpointRecord]
  ) {
    self.service = service
    self.portName = portName
    self.transport = transport
    self.records = records
  }
}
