import Correlation
import Testing
import Wire
import Workbench

/// What is told of what goes on, by an observer that never ends.
@Suite struct TellingTests {
  static func batch(_ frames: [Seen]) -> SightingBatch {
    var batch = SightingBatch()
    for (number, seen) in zip(1..., frames) { batch.add(seen, number) }
    return batch
  }

  private func told(_ runs: [Run]) -> [String] {
    runs.map {
      "\(letter($0.leg.source))\(letter($0.leg.destination)) \($0.forward.datagrams)"
    }
  }

  @Test func `runs are told when they are new, and when they have gone on`() {
    var observer = NodeObserver()
    var telling = RunTelling()
    observer.observe(Self.batch([Seen(0, "CV", "one", id: 1), Seen(5, "CV", "two", id: 2)])) { _ in
    }
    #expect(told(observer.tell(&telling, mostNew: 9, mostChanged: 9)) == ["CV 2"])
    #expect(told(observer.tell(&telling, mostNew: 9, mostChanged: 9)) == [])
    observer.observe(Self.batch([Seen(9, "CV", "three", id: 3), Seen(9, "DV", "one", id: 4)])) {
      _ in
    }
    #expect(told(observer.tell(&telling, mostNew: 9, mostChanged: 9)) == ["CV 3", "DV 1"])
    // Nothing has ended by it.
    #expect(observer.drain() == [])
    telling.forget()
    #expect(told(observer.tell(&telling, mostNew: 9, mostChanged: 9)).sorted() == ["CV 3", "DV 1"])
  }

  @Test func `of many that go on some are told each time, by turns, and new ones before all`() {
    var observer = NodeObserver()
    var telling = RunTelling()
    let legs = ["CV", "DV", "CP", "DP"]
    for round in 0..<6 {
      let frames = legs.map { Seen(Int64(round * 10), $0, "\($0) \(round)", id: UInt32(round)) }
      observer.observe(Self.batch(frames)) { _ in }
      let told = told(observer.tell(&telling, mostNew: 9, mostChanged: 1))
      #expect(
        told == (round == 0 ? legs.map { "\($0) 1" } : ["\(legs[(round - 1) % 4]) \(round + 1)"])
      )
    }
    observer.observe(Self.batch([Seen(70, "CQ", "new", id: 70)])) { _ in }
    #expect(told(observer.tell(&telling, mostNew: 9, mostChanged: 0)) == ["CQ 1"])
  }

  @Test func `fragments are told once their datagram has had its time, each datagram once`() {
    let whole = Seen.packet("CP", String(repeating: "a long datagram ", count: 200), id: 9)
    let cut = Seen.packet("CP", String(repeating: "a lost datagrams", count: 200), id: 10)
    let frames =
      whole.fragments(mtu: 1_500).map { Seen(0, packet: $0) }
      + cut.fragments(mtu: 1_500).dropLast().map { Seen(9, packet: $0) }
    var observer = NodeObserver()
    observer.observe(Self.batch(frames)) { _ in }
    func tallies(_ observations: [Observation]) -> [[UInt32]] {
      observations.compactMap {
        if case .fragments(let tally) = $0 { [tally.complete, tally.partial] } else { nil }
      }
    }
    observer.tellFragments(before: frames[0].time, onlyNew: false)
    #expect(tallies(observer.drain()) == [])
    observer.tellFragments(before: frames[0].time + .microseconds(5), onlyNew: true)
    #expect(tallies(observer.drain()) == [[1, 0]])
    observer.tellFragments(before: frames[0].time + .milliseconds(1), onlyNew: true)
    #expect(tallies(observer.drain()) == [[0, 1]])
    let again = Seen.packet("CP", String(repeating: "a lost datagrams", count: 200), id: 11)
    let more = again.fragments(mtu: 1_500).dropLast().map { Seen(2_000, packet: $0) }
    observer.observe(Self.batch(more)) { _ in }
    observer.tellFragments(before: more[0].time + .milliseconds(1), onlyNew: true)
    #expect(tallies(observer.drain()) == [], "that this leg loses some is known")
    observer.tellFragments(before: more[0].time + .milliseconds(1), onlyNew: false)
    #expect(tallies(observer.drain()) == [[0, 1]])
    observer.observe(Self.batch(whole.fragments(mtu: 1_500).map { Seen(4_000, packet: $0) })) { _ in
    }
    var rest: [Observation] = []
    observer.finish { rest += $0.observations }
    #expect(tallies(rest) == [[1, 0]])
  }
}
