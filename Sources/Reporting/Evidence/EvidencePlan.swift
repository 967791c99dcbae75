internal import Affinity
internal import Wire

/// Which frames the findings of a report name, and which addresses their datagrams wore elsewhere.
struct EvidencePlan {
  /// A finding that names a frame, and why.
  struct Mention {
    var finding: Int
    var role: String
  }

  /// The addresses that one client's datagrams wore on their way to a pod; replies wear the reverse.
  typealias Legs = [FiveTuple]

  private(set) var mentions: [FrameKey: [Mention]] = [:]
  /// How many findings are left out, because their incidents have too many.
  private(set) var omitted = 0
  private let legs: [String: Legs]

  /// An incident of thousands is told by its first members.
  static let mostOfIncident = 500
  /// A session that moved with every packet wore too many addresses to look for.
  private static let mostPlacements = 64

  init(_ report: Report, files: [String]) {
    var numbers: [String: Int] = [:]
    for (number, file) in files.enumerated() { numbers[file] = number }
    var members: [String: Int] = [:]
    var clients: Set<String> = []
    for (index, finding) in report.findings.enumerated() where !finding.evidence.isEmpty {
      members[finding.incident, default: 0] += 1
      guard members[finding.incident, default: 0] <= Self.mostOfIncident else {
        omitted += 1
        continue
      }
      if let client = finding.client { clients.insert(client) }
      for evidence in finding.evidence {
        guard let file = numbers[evidence.file] else { continue }
        mentions[FrameKey(file: file, number: evidence.frame), default: []].append(
          Mention(finding: index, role: evidence.role)
        )
      }
    }
    legs = Self.legs(of: clients, in: report)
  }

  private static func legs(of clients: Set<String>, in report: Report) -> [String: Legs] {
    guard !clients.isEmpty else { return [:] }
    var legs: [String: Legs] = [:]
    for session in report.sessions {
      let client = session.client.description
      guard clients.contains(client) else { continue }
      legs[client, default: []] += session.legs(of: session.placements.prefix(mostPlacements))
    }
    return legs
  }

  /// The addresses that a datagram with these ones may wear elsewhere, on its way in the same direction.
  func others(of tuple: FiveTuple, _ mentions: [Mention], in report: Report) -> Set<FiveTuple> {
    var others: Set = [tuple]
    for mention in mentions {
      guard let client = report.findings[mention.finding].client, let known = legs[client] else {
        continue
      }
      if known.contains(tuple) {
        others.formUnion(known)
      } else if known.contains(tuple.reversed) {
        others.formUnion(known.map(\.reversed))
      }
    }
    return others
  }
}

extension Report.Session {
  /// What its datagrams wore on their way to the pods of these placements, the client's own addresses first.
  func legs(of placements: some Sequence<Report.Placement>) -> [FiveTuple] {
    var legs = [FiveTuple(from: client, to: front)]
    for placement in placements {
      legs.append(FiveTuple(from: placement.seenSource, to: placement.backend))
      // Half translated: where a node's NAT does its two steps at different places.
      legs.append(FiveTuple(from: client, to: placement.backend))
      legs.append(FiveTuple(from: placement.seenSource, to: front))
    }
    return legs
  }
}
