public import Wire

/// What really happened to the clients' datagrams, as only the model can know.
public struct Truth: Sendable {
  /// One client datagram and its fate.
  public struct Datagram: Sendable {
    /// The client as the cluster's edge saw it.
    public var client: Endpoint
    public var front: Endpoint
    /// Its number in its flow, from zero.
    public var number: Int
    public var sent: Timestamp
    public var length: Int
    /// The node by which it came in.
    public var ingress: String?
    public var pod: String?
    public var seenSource: Endpoint?
    public var received: Timestamp?
    /// Where it was lost, and the mode of that loss.
    public var lost: Loss?
    public var backend: Endpoint?
    /// Whether a vantage exists that shows both the front and the pod: none does for a server or a client of the node itself.
    public var isVisible = true
    public var replies: [(at: Timestamp, length: Int)] = []
  }

  public struct Loss: Sendable, Hashable {
    public var node: String
    public var mode: String
  }

  public struct Placement: Sendable, Hashable {
    public var client: Endpoint
    public var pod: String
    public var backend: Endpoint
    public var seenSource: Endpoint
  }

  /// A change of placement inside a session, and the mode that caused it.
  public struct Move: Sendable, Hashable {
    public var client: Endpoint
    public var front: Endpoint
    public var at: Timestamp
    public var was: Placement
    public var now: Placement
    public var mode: String
  }

  public internal(set) var datagrams: [Datagram] = []
  public internal(set) var moves: [Move] = []

  /// How many datagrams reached each pod from each client under each source, where a capture could show it.
  public var placements: [Placement: Int] {
    datagrams.filter(\.isVisible).compactMap(\.placement).reduce(into: [:]) {
      $0[$1, default: 0] += 1
    }
  }

  /// The clients' datagrams that no pod received, by what took them.
  public var losses: [Loss: Int] {
    datagrams.compactMap(\.lost).reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// The client addresses whose datagrams for one front were served by several pods, over all their ports.
  public var spreadClients: Set<IPAddress> {
    struct Key: Hashable {
      var client: IPAddress
      var front: Endpoint
    }
    let backends = Dictionary(grouping: datagrams) {
      Key(client: $0.client.address, front: $0.front)
    }
    .mapValues { Set($0.compactMap(\.backend)) }
    return Set(backends.filter { $0.value.count > 1 }.keys.map(\.client))
  }

  public var clients: Set<Endpoint> { Set(datagrams.map(\.client)) }
}

extension Truth.Datagram {
  /// Where it came to be served, if a pod got it.
  public var placement: Truth.Placement? {
    guard let pod, let backend, let seenSource else { return nil }
    return Truth.Placement(client: client, pod: pod, backend: backend, seenSource: seenSource)
  }
}
