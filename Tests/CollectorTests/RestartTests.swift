import Affinity
import Collector
import Exchange
import Testing
import Wire

/// What is said of the times in which a node's agent did not run.
@Suite struct RestartTests {
  /// Moments are seconds of one day; an epoch is the moment at which its process began.
  private static func moment(_ second: Int) -> Timestamp {
    Timestamp(nanoseconds: (1_795_305_600 + Int64(second)) * 1_000_000_000)
  }

  /// A process that began, told something, and said up to when it has told all.
  struct Word: Sendable {
    var began: Int
    var upTo: Int?

    init(_ began: Int, _ upTo: Int?) { (self.began, self.upTo) = (began, upTo) }
  }

  private static func spots(_ words: [Word], since second: Int) -> [Report.BlindSpot] {
    var intake = Intake()
    var told: [Int: UInt64] = [:]
    for word in words {
      var decoded = DecodedMessage()
      let epoch = UInt64(bitPattern: moment(word.began).nanoseconds)
      if let end = word.upTo { decoded.watermarks = [Watermark(epoch: epoch, time: moment(end))] }
      let message = NodeMessage(
        node: "n1",
        epoch: epoch,
        place: told[word.began, default: 0],
        recordCount: 1,
        decoded: decoded
      )
      told[word.began, default: 0] += 1
      _ = intake.take(message)
    }
    return intake.blindSpots(since: moment(second)).filter { $0.kind == "restarted-agent" }
  }

  private static let cases: [([Word], since: Int, String?)] = [
    ([Word(10, 20)], 0, nil),
    // A connection that was lost, and its spool.
    ([Word(10, 20), Word(10, 30)], 0, nil),
    (
      [Word(10, 20), Word(25, 30)], 0,
      ": what passed from 2026-11-22T00:00:20.000000000Z to 2026-11-22T00:00:25.000000000Z was not captured"
    ),
    // The rest of the earlier one's spool comes first, and a process may have said nothing yet.
    (
      [Word(10, 20), Word(10, 24), Word(25, nil)], 0,
      ": what passed from 2026-11-22T00:00:24.000000000Z to 2026-11-22T00:00:25.000000000Z was not captured"
    ),
    // It never said how far it was.
    (
      [Word(10, nil), Word(25, 30)], 0,
      ": what passed from 2026-11-22T00:00:10.000000000Z to 2026-11-22T00:00:25.000000000Z was not captured"
    ),
    (
      [Word(10, 20), Word(25, 30), Word(40, 50)], 0,
      " 2 times: some of what passed from 2026-11-22T00:00:20.000000000Z to 2026-11-22T00:00:40.000000000Z was not captured"
    ),
    // What is out of the window is not missed.
    (
      [Word(10, 20), Word(25, 30), Word(40, 50)], 26,
      ": what passed from 2026-11-22T00:00:30.000000000Z to 2026-11-22T00:00:40.000000000Z was not captured"
    ),
    ([Word(10, 20), Word(25, 30)], 26, nil),
    // A clock that was set back, or two at once: nothing is known to be missing.
    ([Word(10, 40), Word(25, 50)], 0, nil),
  ]

  @Test(arguments: cases.indices)
  func `no process, no packets`(index: Int) {
    let (words, second, expected) = Self.cases[index]
    let spots = Self.spots(words, since: second)
    #expect(spots.map(\.location) == (expected == nil ? [] : ["n1"]))
    #expect(
      spots.map(\.effect)
        == (expected.map { ["its agent ended and began anew\($0), or was lost with it"] } ?? [])
    )
  }
}
