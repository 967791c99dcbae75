import Correlation
import Protocols
import TestSupport
import Testing
import Wire
import Workbench

@Suite struct `Frames that come late` {
  /// Frames as a batch came to hold them, some at a time, and what an observer made of them.
  private static func observe(
    _ frames: [(number: Int, seen: Seen)],
    inBatchesOf size: Int = .max
  ) -> [Observation] {
    var observer = NodeObserver()
    var all: [Observation] = []
    var batch = SightingBatch()
    var waiting = SightingBatch()
    var next = 0
    while next < frames.count {
      batch.removeAll()
      batch.takeOver(&waiting)
      for (number, seen) in frames[next...].prefix(size) {
        batch.add(seen, number)
        next += 1
      }
      batch.order()
      if next < frames.count { batch.keepBack(SightingBatch.reach, atMost: 1 << 16, in: &waiting) }
      observer.observe(batch) { all += $0 }
    }
    observer.finish { all += $0.observations }
    return all
  }

  private static func numbered(_ frames: [Seen]) -> [(number: Int, seen: Seen)] {
    Array(zip(1..., frames)).map { ($0, $1) }
  }

  /// Questions and answers that say who gave them, large ones in fragments, and announcements of nothing new.
  private static func traffic(_ rounds: Int) -> [Seen] {
    let gateway = endpoints["G"] ?? Endpoint(IPAddress(v4: 0), 0)
    return (0..<rounds).flatMap { round -> [Seen] in
      let at = Int64(round) * 20_000
      let id = UInt32(10 * round + 1)
      let request = StunRequest(transaction: Stun.Transaction(high: UInt64(round), low: 1))
      let question = written { request.write(to: &$0) }
      let answer = written {
        StunResponder(software: "", pod: round < 40 ? "one" : "two", node: "")
          .write(request, ofLength: 20, from: gateway, to: &$0)
      }
      var whole = Seen.packet("DP", bytes: Array(repeating: UInt8(round & 0xff), count: 4_000))
      whole.identification = id + 2
      let parts = whole.fragments(mtu: 1_500).dropLast(round % 3 == 0 ? 1 : 0)
      return [
        Seen(at, "CV", bytes: question, id: id),
        Seen(at + 5, round < 40 ? "GP" : "GQ", bytes: question, id: id, .outgoing),
        Seen(at + 200, round < 40 ? "PG" : "QG", bytes: answer, id: id + 1),
        Seen(at + 205, "VC", bytes: answer, id: id + 1, .outgoing),
      ] + zip(300..., parts).map { Seen(at + Int64($0), packet: $1) }
    }
  }

  @Test func `are seen where their times put them`() {
    let inOrder = [
      Seen(0, "CV", "question number 1", id: 7),
      Seen(5, "GP", "question number 1", id: 7, hopLimit: 63, .outgoing),
      Seen(90, "PG", "the first answer", id: 31),
      Seen(96, "VC", "the first answer", id: 31, hopLimit: 63, .outgoing),
    ]
    let frames = Self.numbered(inOrder)
    let late = [frames[1], frames[0], frames[3], frames[2]]
    #expect(Self.observe(late) == Self.observe(frames))
  }

  @Test func `keep their order where they have one time`() {
    let frames = Self.numbered([
      Seen(0, "CV", "question number 1", id: 7),
      Seen(0, "GP", "question number 1", id: 7, hopLimit: 63, .outgoing),
      Seen(9, "CV", "question number 2", id: 8),
      Seen(9, "GP", "question number 2", id: 8, hopLimit: 63, .outgoing),
    ])
    let late = [frames[2], frames[3], frames[0], frames[1]]
    #expect(Self.observe(late) == Self.observe(frames))
  }

  /// As two cores hand over, a few microseconds apart; as a program takes interfaces in turns; and in no order at all.
  @Test(arguments: [20, 90_000, 450_000] as [Int], 0..<8 as Range<UInt64>)
  func `are what they are, however late and in whatever batches`(delay: Int, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let frames = Self.numbered(Self.traffic(80))
    let inOrder = Self.observe(frames)
    #expect(inOrder.count > 5)
    let arrivals = frames.map { frame in
      frame.seen.time + .microseconds(Int64(generator.below(delay)))
    }
    let late = frames.indices.sorted { arrivals[$0] < arrivals[$1] }.map { frames[$0] }
    #expect(late.map(\.number) != frames.map(\.number))
    #expect(Self.observe(late) == inOrder)
    #expect(Self.observe(late, inBatchesOf: generator.within(20...400)) == inOrder)
  }

  @Test func `are left where they are when the clock was set back`() {
    let second: Int64 = 1_000_000
    let before = (0..<20).map { Seen(5 * second + Int64($0) * 10, "CV", "before \($0)", id: 9) }
    let after = (0..<20).map { Seen(Int64($0) * 10, "CV", "after \($0)", id: 9) }
    var observer = NodeObserver()
    var batch = SightingBatch()
    for seen in before + after { batch.add(seen) }
    batch.order()
    #expect(batch.sightings.map(\.time) == (before + after).map(\.time))
    observer.observe(batch) { _ in }
    #expect(observer.counts.sightings == 40)
  }

  @Test func `that wait are bounded, and none is lost`() {
    var batch = SightingBatch()
    var waiting = SightingBatch()
    var times: [Timestamp] = []
    for round in 0..<50 {
      batch.removeAll()
      batch.takeOver(&waiting)
      for number in 0..<7 {
        // All within one moment: time alone would have all of them wait.
        batch.add(Seen(Int64(round), "CV", "number \(number) of \(round)", id: 1))
      }
      batch.order()
      batch.keepBack(.seconds(1), atMost: 10, in: &waiting)
      #expect(waiting.sightings.count <= 10)
      times += batch.sightings.map(\.time)
    }
    times += waiting.sightings.map(\.time)
    #expect(times.count == 350)
    #expect(times == times.sorted())
  }
}
