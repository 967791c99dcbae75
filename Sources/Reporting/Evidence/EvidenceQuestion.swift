public import Affinity
public import Wire

/// Which packets are behind a finding, for whoever still holds them: the addresses that its client's datagrams wore, and
/// when.
public struct EvidenceQuestion: Sendable {
  public let finding: Report.Finding
  /// In the direction to the pods; port 0 is every port, and no address every address.
  public let wanted: [FiveTuple]
  public let from: Timestamp
  public let to: Timestamp
  /// How many pairs of addresses are left out, because there were too many.
  public let omitted: Int
  /// The sessions of the finding's client with its service.
  let sessions: [Report.Session]

  /// What is shown before and after, so that what comes out is a story.
  public static let margin = Interval.seconds(10)
  private static let mostSessions = 64

  /// Asks for no more than `most` pairs of addresses.
  public init(_ finding: Report.Finding, in report: Report, most: Int) {
    self.finding = finding
    let moments = [finding.at, finding.was?.to, finding.now?.from].compactMap(\.self)
    let (first, last) = (moments.min() ?? finding.at, moments.max() ?? finding.at)
    // At the ends of what a time can say, adding wraps.
    let (from, to) = (first - Self.margin, last + Self.margin)
    (self.from, self.to) = (min(from, first), max(to, last))
    let client = Client(finding.client)
    let served = report.sessions.filter { session in
      (finding.service == nil || session.isOf(service: finding.service))
        && client.isOf(session.client)
    }
    sessions = Array(served.prefix(Self.mostSessions))
    let span = self.from...self.to
    var legs: [FiveTuple] = []
    var known: Set<FiveTuple> = []
    func add(_ leg: FiveTuple) {
      if known.insert(leg).inserted { legs.append(leg) }
    }
    for leg in client.legs(of: served, during: span) { add(leg) }
    if legs.isEmpty { for leg in client.legs(with: finding.service, in: report) { add(leg) } }
    wanted = Array(legs.prefix(most))
    omitted = legs.count - wanted.count
  }
}

extension Report.Session {
  /// Findings call a service that nobody has named by its front.
  fileprivate func isOf(service name: String?) -> Bool {
    service.map { $0 == name } ?? (front.description == name)
  }
}

/// Whom a finding is about.
private enum Client {
  case endpoint(Endpoint)
  /// All of an address.
  case address(IPAddress)
  case anyone

  init(_ text: String?) {
    if let endpoint = text.flatMap({ Endpoint($0) }) {
      self = .endpoint(endpoint)
    } else if let address = text.flatMap({ IPAddress($0) }) {
      self = .address(address)
    } else {
      self = .anyone
    }
  }

  func isOf(_ client: Endpoint) -> Bool {
    switch self {
    case .endpoint(let endpoint): client == endpoint
    case .address(let address): client.address == address
    case .anyone: true
    }
  }

  /// What stands for all of it.
  private var pattern: Endpoint {
    switch self {
    case .endpoint(let endpoint): endpoint
    case .address(let address): Endpoint(address, 0)
    case .anyone: Endpoint(IPAddress(v4: 0), 0)
    }
  }

  /// What the datagrams of its sessions wore.
  func legs(of sessions: [Report.Session], during span: ClosedRange<Timestamp>) -> [FiveTuple] {
    var legs: [FiveTuple] = []
    for session in sessions {
      let placements = session.placements.filter {
        $0.to >= span.lowerBound && $0.from <= span.upperBound
      }
      if case .endpoint = self {
        legs += session.legs(of: placements)
        continue
      }
      // All its sockets at once, and each as the pods see it.
      legs.append(FiveTuple(from: pattern, to: session.front))
      for placement in placements {
        legs.append(FiveTuple(from: pattern, to: placement.backend))
        if placement.seenSource.address != session.client.address {
          legs.append(FiveTuple(from: placement.seenSource, to: placement.backend))
          legs.append(FiveTuple(from: placement.seenSource, to: session.front))
        }
      }
    }
    return legs
  }

  /// What is left to ask for where no session is known: the service's fronts, or all of the client.
  func legs(with service: String?, in report: Report) -> [FiveTuple] {
    let fronts = report.services.filter { service != nil && $0.name == service }.flatMap(\.fronts)
    let ends = (fronts + [service].compactMap(\.self)).compactMap { front in
      Endpoint(String(front.prefix { $0 != "/" }))
    }
    if !ends.isEmpty { return ends.map { FiveTuple(from: pattern, to: $0) } }
    if case .anyone = self { return [] }
    return [FiveTuple(from: pattern, to: Endpoint(IPAddress(v4: 0), 0))]
  }
}
