internal import Cluster
internal import Wire

/// A service as findings are told by: its place in the inventory, or the front where none is known.
enum ServiceKey: Hashable, Sendable {
  case known(ServiceID)
  case front(Endpoint)
}

/// A change of placement inside a session.
struct Move: Sendable {
  var session: Int
  /// The placements before and after, by number.
  var was: Int
  var now: Int
  var at: Timestamp
  var changedBackend: Bool
  var changedSource: Bool
  var oldNode: Int
  var newNode: Int
  /// For how long the ingress node saw nothing in either direction.
  var quiet: Interval
  /// The last datagram that went the old way; the cause lies between it and `at`.
  var lastOld: Timestamp
  /// Whether its session alternates between backends all the time.
  var isSprayed = false
  /// Whether it is the race of a new flow's first datagrams, or its end.
  var isRace = false
  /// The burst of moves at one node that it belongs to.
  var burst: Int?

  var changedIngress: Bool { oldNode != newNode }
}

/// A new flow of a client IP that went to another pod than the client's last one at that node and port.
struct ClientSplit: Sendable {
  var service: ServiceKey
  var client: IPAddress
  /// The placements of the earlier and of the later flow, by number.
  var was: Int
  var now: Int
  var at: Timestamp
  /// Since the client's last flow start there.
  var sinceLastStart: Interval
  var sameNode: Bool
  var sameFront: Bool
  var timeout: Interval?
}

/// What a session is short of.
struct Loss: Sendable {
  var session: Int
  /// The placement that it concerns, by number; nil where nothing was placed.
  var placement: Int?
  var node: Int
  var at: Timestamp
  /// Datagrams without a twin at the ingress node.
  var lostAtIngress: Int
  var lostBetween: Int
  /// Datagrams that reached the backend's node after the last answer, where answers came before or come to others.
  var unanswered: Int
}
