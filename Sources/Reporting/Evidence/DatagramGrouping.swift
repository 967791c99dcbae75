internal import Affinity
internal import Correlation
internal import Wire

/// Tells which of a finding's packets are one datagram at several vantages, as they come in the order of their time.
///
/// Two are one where their payloads say so, their addresses belong to one session, and no vantage had it before; what no
/// session explains is one only under the same addresses.
struct DatagramGrouping {
  private struct Place: Hashable {
    var node: String
    var interface: UInt32
    var direction: UInt8
    var depth: UInt8
    var tuple: FiveTuple
  }

  /// Whose the addresses are, and in which direction.
  private struct Course {
    var sessions: Set<Int>
    var isReply: Bool
  }

  private struct Datagram {
    var number: Int
    var sighting: Sighting
    var node: String
    var time: Timestamp
    var course: Course?
    var places: Set<Place>
  }

  /// Transit through a node takes microseconds, and clocks differ between nodes.
  private static let nodeWindow = Interval.milliseconds(50)
  private static let clusterWindow = Interval.seconds(1)
  /// So many of the last datagrams are compared with.
  private static let most = 256

  private var courses: [FiveTuple: Course] = [:]
  private var recent: [Datagram] = []
  private var count = 0

  init(_ question: EvidenceQuestion) {
    for (index, session) in question.sessions.enumerated() {
      for leg in session.legs(of: session.placements.prefix(64)) {
        courses[leg, default: Course(sessions: [], isReply: false)].sessions.insert(index)
        courses[leg.reversed, default: Course(sessions: [], isReply: true)].sessions.insert(index)
      }
    }
  }

  /// From 1; nil for what is no datagram.
  mutating func number(of packet: EvidencePacket, at time: Timestamp) -> Int? {
    guard let sighting = packet.sighting else { return nil }
    let course = courses[sighting.tuple]
    let place = Place(
      node: packet.node,
      interface: sighting.interface,
      direction: sighting.direction.rawValue,
      depth: sighting.depth,
      tuple: sighting.tuple
    )
    // The oldest that fits: of equal datagrams the first one is ahead at every vantage.
    for index in recent.indices {
      let one = recent[index]
      let window = one.node == packet.node ? Self.nodeWindow : Self.clusterWindow
      guard time.since(one.time) <= window, one.sighting.isSameDatagram(as: sighting),
        !one.places.contains(place), isOneCourse(one, sighting.tuple, course)
      else { continue }
      recent[index].places.insert(place)
      if let course, let known = one.course {
        recent[index].course?.sessions = known.sessions.intersection(course.sessions)
      }
      return one.number
    }
    count += 1
    let new = Datagram(
      number: count,
      sighting: sighting,
      node: packet.node,
      time: time,
      course: course,
      places: [place]
    )
    if recent.count >= Self.most { recent.removeFirst() }
    recent.append(new)
    return count
  }

  private func isOneCourse(_ one: Datagram, _ tuple: FiveTuple, _ course: Course?) -> Bool {
    if one.sighting.tuple == tuple { return true }
    guard let course, let known = one.course else { return false }
    return known.isReply == course.isReply && !known.sessions.isDisjoint(with: course.sessions)
  }
}
