import Wire

/// Where a client's datagrams came to be served.
struct Served: Hashable, Sendable, CustomStringConvertible {
  var client: String
  /// The pod's name, or its address where no pod has it.
  var pod: String
  var seenSource: String

  var description: String { "\(client) to \(pod) as \(seenSource)" }
}

/// What pods and clients themselves know, or the model: what reports are judged by.
struct GroundTruth: Sendable {
  /// How many datagrams were served where.
  var served: [Served: Int] = [:]
  /// How often each client's placement changed.
  var moves: [String: Int] = [:]
  /// The clients that sent anything.
  var clients: Set<String> = []
  /// The names of pods by their addresses.
  var pods: [IPAddress: String] = [:]
  /// Pods whose servers stopped listening: what reached them afterwards is in nobody's log.
  var deafPods: Set<String> = []

  var count: Int { served.values.reduce(0, +) }

  /// Counts a datagram that was served; to be called in order of time.
  mutating func note(_ served: Served, last: inout [String: Served]) {
    self.served[served, default: 0] += 1
    if let previous = last[served.client] {
      if previous != served { moves[served.client, default: 0] += 1 }
    } else {
      moves[served.client] = 0
    }
    last[served.client] = served
  }
}
