public import System
public import Wire

/// What one client has seen: pure, with time as an argument.
///
/// Lost is what was sent and not answered, however late an answer may come: the counts are exact at the end. A gap is
/// told as soon as an answer is overdue.
public struct ClientRecord: Sendable {
  public let id: UInt32
  public let local: Endpoint
  /// An answer that takes longer is overdue.
  public let timeout: Interval

  public private(set) var sent: UInt64 = 0
  public private(set) var answered: UInt64 = 0
  public private(set) var duplicated: UInt64 = 0
  /// Answers that came after one to a later request.
  public private(set) var reordered: UInt64 = 0
  /// Answers that came when they were overdue already.
  public private(set) var late: UInt64 = 0
  /// Answers that were the question itself.
  public private(set) var echoes: UInt64 = 0
  /// ICMP errors.
  public internal(set) var refused: UInt64 = 0
  public private(set) var roundTrips = RoundTrips()
  /// How often each pod answered, in the order of their first answers.
  public private(set) var pods: [(name: String, answers: UInt64)] = []
  public private(set) var reflective: [ClientWire.Reflective] = []
  public private(set) var pod: String?
  public private(set) var currentReflective: ClientWire.Reflective?
  public private(set) var podChanges = 0
  public private(set) var reflectiveChanges = 0
  public private(set) var gaps = 0
  public private(set) var longestGap = Interval(nanoseconds: 0)

  private struct Request {
    var sequence: UInt32
    var sent: Instant
    var isAnswered = false
    var isOverdue = false
  }

  /// The last requests; older ones are forgotten, answers to them count for nothing.
  private var requests: [Request] = []
  private var first = 0
  /// Those before are answered or overdue.
  private var unchecked = 0
  private var highestAnswered: UInt32 = 0
  private var lastAnswer: Instant?
  private var gap: (from: UInt32, since: Instant)?
  private static let remembered = 4_096

  /// Something worth a line.
  public enum Event: Hashable, Sendable {
    case established(pod: String?, reflective: ClientWire.Reflective?)
    case podChanged(from: String, to: String)
    case reflectiveChanged(from: ClientWire.Reflective, to: ClientWire.Reflective)
    /// The first overdue answer of a row.
    case gapBegan(at: UInt32)
    case recovered(lost: UInt64, silence: Interval)
  }

  public init(id: UInt32, local: Endpoint, timeout: Interval) {
    self.id = id
    self.local = local
    self.timeout = timeout
  }

  /// What has been sent and is not answered; at the end, what was lost.
  public var unanswered: UInt64 { sent - answered }

  /// Notes a request; sequences rise from 1.
  public mutating func send(_ sequence: UInt32, at now: Instant) {
    sent += 1
    requests.append(Request(sequence: sequence, sent: now))
    if requests.count - first > Self.remembered { first += 1 }
    if first >= Self.remembered {
      requests.removeFirst(first)
      unchecked = max(0, unchecked - first)
      first = 0
    }
  }

  /// Notes an answer, and says what is new.
  public mutating func receive(_ answer: ClientWire.Answer, at now: Instant) -> [Event] {
    guard let index = request(of: answer) else { return [] }
    guard !requests[index].isAnswered else {
      duplicated += 1
      return changes(answer)
    }
    requests[index].isAnswered = true
    answered += 1
    if answer.isEcho { echoes += 1 }
    let sequence = requests[index].sequence
    if requests[index].isOverdue { late += 1 }
    if sequence < highestAnswered { reordered += 1 }
    highestAnswered = max(highestAnswered, sequence)
    roundTrips.add(now.since(requests[index].sent))
    var events: [Event] = []
    if answered == 1 {
      events.append(.established(pod: answer.pod, reflective: answer.reflective))
    }
    if let open = gap, sequence >= open.from {
      let silence = now.since(lastAnswer ?? open.since)
      let lost = requests[first...].count {
        !$0.isAnswered && $0.sequence >= open.from && $0.sequence < sequence
      }
      longestGap = max(longestGap, silence)
      gap = nil
      events.append(.recovered(lost: UInt64(lost), silence: silence))
    }
    lastAnswer = now
    return events + changes(answer)
  }

  private func request(of answer: ClientWire.Answer) -> Int? {
    guard let sequence = answer.sequence else {
      // An answer that says nothing is taken for that to the oldest open request that is not overdue, or to any.
      return requests[first...].firstIndex { !$0.isAnswered && !$0.isOverdue }
        ?? requests[first...].firstIndex { !$0.isAnswered } ?? requests.indices.last
    }
    guard let oldest = requests[first...].first?.sequence, sequence >= oldest else { return nil }
    let index = first + Int(sequence - oldest)
    return index < requests.count ? index : nil
  }

  private mutating func changes(_ answer: ClientWire.Answer) -> [Event] {
    var events: [Event] = []
    if let name = answer.pod {
      if let index = pods.firstIndex(where: { $0.name == name }) {
        pods[index].answers += 1
      } else {
        pods.append((name, 1))
      }
      if let pod, pod != name {
        podChanges += 1
        events.append(.podChanged(from: pod, to: name))
      }
      pod = name
    }
    if let seen = answer.reflective {
      if !reflective.contains(seen) { reflective.append(seen) }
      if let currentReflective, currentReflective != seen {
        reflectiveChanges += 1
        events.append(.reflectiveChanged(from: currentReflective, to: seen))
      }
      currentReflective = seen
    }
    return events
  }

  /// Finds answers overdue, and says where a gap began.
  public mutating func check(at now: Instant) -> [Event] {
    var events: [Event] = []
    unchecked = max(unchecked, first)
    while unchecked < requests.count, now.since(requests[unchecked].sent) >= timeout {
      let index = unchecked
      unchecked += 1
      guard !requests[index].isAnswered, !requests[index].isOverdue else { continue }
      requests[index].isOverdue = true
      // What was overtaken by a later answer is a single loss, not a silence.
      guard gap == nil, requests[index].sequence > highestAnswered else { continue }
      gap = (requests[index].sequence, requests[index].sent)
      gaps += 1
      events.append(.gapBegan(at: requests[index].sequence))
    }
    return events
  }
}
