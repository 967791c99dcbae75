internal import Cluster
internal import Memory
internal import Wire

/// Which sessions each service has, and which of them stand out: gathered in one pass, since there may be a million.
struct Roster: Sendable {
  /// The service of each session, and its port in the inventory.
  private(set) var services: [ServiceKey] = []
  private(set) var ports: [ServicePortID?] = []
  /// The sessions of each service, in order, and the fronts that they have.
  private(set) var members: [ServiceKey: [Int]] = [:]
  private(set) var fronts: [ServiceKey: Set<Endpoint>] = [:]
  /// The services of which any session was answered: a protocol without answers has none to miss.
  private(set) var answered: Set<ServiceKey> = []
  /// Sessions with more than one placement, with none, and with losses.
  private(set) var moved: [Int] = []
  private(set) var unplaced: [Int] = []
  private(set) var short: [Int] = []

  init(_ stitched: Stitcher) {
    services.reserveHugePages(stitched.sessions.count)
    ports.reserveHugePages(stitched.sessions.count)
    var known: [ServiceKey: Int] = [:]
    var found: [Found] = []
    // A service's sessions often come in a row.
    var last: (service: ServiceKey, place: Int)?
    for (index, session) in stitched.sessions.enumerated() {
      let port = stitched.servicePort(of: session)
      ports.append(port)
      let service: ServiceKey
      if let port, let inventory = stitched.inventory {
        service = .known(inventory.servicePort(port).service)
      } else {
        service = .front(session.front)
      }
      services.append(service)
      if last?.service != service {
        let place = known[service] ?? found.count
        if place == found.count {
          known[service] = place
          found.append(Found())
        }
        last = (service, place)
      }
      if let place = last?.place { found[place].add(session, index) }
      if session.lost > 0 { short.append(index) }
      switch session.placements.count {
      case 0: unplaced.append(index)
      case 1: break
      default: moved.append(index)
      }
    }
    for (service, place) in known {
      members[service] = found[place].members
      fronts[service] = found[place].fronts
      if found[place].isAnswered { answered.insert(service) }
    }
  }

  /// What is found of one service.
  private struct Found {
    var members: [Int] = []
    var fronts: Set<Endpoint> = []
    var isAnswered = false
    private var lastFront: Endpoint?

    mutating func add(_ session: SessionRecord, _ index: Int) {
      members.append(index)
      if session.replies > 0 { isAnswered = true }
      guard session.front != lastFront else { return }
      lastFront = session.front
      fronts.insert(session.front)
    }
  }
}
