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
    // Sessions are in order of their clients, and a client's fronts are few: neighbours mostly share their service.
    var run = Run()
    for (index, session) in stitched.sessions.enumerated() {
      let port = stitched.servicePort(of: session)
      ports.append(port)
      let service: ServiceKey
      if let port, let inventory = stitched.inventory {
        service = .known(inventory.servicePort(port).service)
      } else {
        service = .front(session.front)
      }
      if let last = services.last, last != service { close(&run, of: last) }
      services.append(service)
      run.members.append(index)
      if run.front != session.front {
        run.front = session.front
        fronts[service, default: []].insert(session.front)
      }
      if session.replies > 0 { run.isAnswered = true }
      if session.lost > 0 { short.append(index) }
      switch session.placements.count {
      case 0: unplaced.append(index)
      case 1: break
      default: moved.append(index)
      }
    }
    if let last = services.last { close(&run, of: last) }
  }

  /// Neighbours of one service.
  private struct Run {
    var members: [Int] = []
    var front: Endpoint?
    var isAnswered = false
  }

  private mutating func close(_ run: inout Run, of service: ServiceKey) {
    members[service, default: []] += run.members
    if run.isAnswered { answered.insert(service) }
    run.members.removeAll(keepingCapacity: true)
    run.front = nil
    run.isAnswered = false
  }
}
