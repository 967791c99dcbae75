internal import Protocols
internal import Wire

/// What the answers of each leg say now, so that only what changes has to be told.
///
/// Empty, and of no cost, where nobody speaks a language that says anything. A leg takes a hundred bytes, and so many
/// legs are listened to; others are not.
struct StatementTable: ~Copyable, Sendable {
  /// What is being said on a leg.
  struct Entry: Sendable {
    var seenSource = Endpoint(IPAddress(high: 0, low: 0), 0)
    var server = Endpoint(IPAddress(high: 0, low: 0), 0)
    var first: Timestamp
    var last: Timestamp
    /// How the leg was translated meanwhile.
    var translation: Leg
    var frame: UInt32
    /// How often it was said since it was told last.
    var sightings: UInt32 = 0
    var isTold = false
    var language: Statement.Language
    /// The pod's name, as an index; `unnamed` where none was given.
    var pod: UInt16
    /// How many stretches of this leg were told already.
    var changes: UInt8 = 0
  }

  private struct Question: Sendable {
    var id: UInt32
    var sequence: UInt32
    /// Whether more than one client asked on this leg: then nobody knows whose question an answer is for.
    var isShared = false
  }

  private var entries: [Leg: Entry] = [:]
  /// The legs on which something is said that was never told.
  private var untold: [Leg] = []
  private var questions: [Leg: Question] = [:]
  private var names: [StatedName] = []
  private var numbers: [StatedName: UInt16] = [:]

  static let unnamed = UInt16.max
  private static let legLimit = 1 << 16
  /// Who says another thing each time says nothing.
  private static let mostChanges: UInt8 = 64

  var isEmpty: Bool { entries.isEmpty && questions.isEmpty }

  mutating func note(question id: UInt32, _ sequence: UInt32, on leg: Leg) {
    guard let known = questions[leg] else {
      if questions.count < Self.legLimit { questions[leg] = Question(id: id, sequence: sequence) }
      return
    }
    if known.id == id {
      questions[leg]?.sequence = sequence
    } else {
      questions[leg]?.isShared = true
    }
  }

  /// The source that a masked address means, where the question that it answers was the last one seen on this leg.
  func unmasked(_ address: ReflectiveAddress, sequence: UInt32, on leg: Leg) -> Endpoint? {
    guard let question = questions[leg], question.sequence == sequence, !question.isShared else {
      return nil
    }
    return address.source(id: question.id)
  }

  /// Takes in what is said on a leg; answers what was said before where that has come to its end.
  mutating func note(
    _ said: Entry,
    by pod: StatedName?,
    on leg: Leg
  ) -> Entry? {
    guard let known = entries[leg] else {
      guard entries.count < Self.legLimit, let number = number(of: pod) else { return nil }
      entries[leg] = said
      entries[leg]?.pod = number
      entries[leg]?.sightings = 1
      untold.append(leg)
      return nil
    }
    guard known.changes < Self.mostChanges else { return nil }
    if known.translation == said.translation, known.seenSource == said.seenSource,
      known.server == said.server, known.language == said.language, name(known.pod) == pod
    {
      // What goes on begins where it was told last.
      if known.sightings == 0 {
        entries[leg]?.first = known.last
        entries[leg]?.frame = said.frame
      }
      entries[leg]?.last = said.last
      entries[leg]?.sightings &+= 1
      return nil
    }
    guard let number = number(of: pod) else { return nil }
    var entry = said
    entry.pod = number
    entry.sightings = 1
    entry.changes = known.changes + 1
    entries[leg] = entry
    if known.isTold { untold.append(leg) }
    return known.sightings > 0 ? known : nil
  }

  func name(_ number: UInt16) -> StatedName? {
    number == Self.unnamed ? nil : names[Int(number)]
  }

  /// Nil where there are more names than a cluster has pods.
  private mutating func number(of name: StatedName?) -> UInt16? {
    guard let name else { return Self.unnamed }
    if let known = numbers[name] { return known }
    guard names.count < Int(Self.unnamed) else { return nil }
    let number = UInt16(names.count)
    names.append(name)
    numbers[name] = number
    return number
  }

  /// What is being said and was not told, in the order of legs.
  var news: [(leg: Leg, entry: Entry)] {
    entries.filter { $0.value.sightings > 0 }
      .sorted { $0.key.bits < $1.key.bits }
      .map { ($0.key, $0.value) }
  }

  /// Answers what nobody was told of in any way, in the order of legs: it is told now.
  mutating func takeUntold() -> [(leg: Leg, entry: Entry)] {
    let new = untold.sorted { $0.bits < $1.bits }
      .compactMap { leg -> (leg: Leg, entry: Entry)? in entries[leg].map { (leg, $0) } }
    untold.removeAll(keepingCapacity: true)
    for (leg, _) in new { noteTold(leg) }
    return new
  }

  /// Answers all that was not told, in the order of legs; what has not been said since the last time makes room where that
  /// becomes scarce.
  mutating func takeNews() -> [(leg: Leg, entry: Entry)] {
    let news = news
    if entries.count > Self.legLimit / 2 { entries = entries.filter { $0.value.sightings > 0 } }
    untold.removeAll(keepingCapacity: true)
    for (leg, _) in news { noteTold(leg) }
    return news
  }

  private mutating func noteTold(_ leg: Leg) {
    entries[leg]?.sightings = 0
    entries[leg]?.isTold = true
  }

  /// Forgets everything, and answers what was not told, in the order of legs.
  mutating func removeAll() -> [(leg: Leg, entry: Entry)] {
    defer {
      questions = [:]
      entries = [:]
      untold = []
    }
    return news
  }
}
