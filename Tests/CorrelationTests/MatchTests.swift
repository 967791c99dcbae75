import Correlation
import Testing
import Wire
import Workbench

@Suite struct `A node's NAT is found` {
  @Test func `where it rewrites both addresses, in both directions`() {
    let observed = Observed([
      Seen(0, "CV", "question number 1", id: 7),
      Seen(5, "GP", "question number 1", id: 7, hopLimit: 63, .outgoing),
      Seen(90, "PG", "the first answer", id: 31),
      Seen(96, "VC", "the first answer", id: 31, hopLimit: 63, .outgoing),
    ])
    #expect(observed.runs == ["CV 1/1 → GP", "VC 1/1", "GP 1/1", "PG 1/1 → VC"])
    #expect(observed.counts.matched == [2, 0, 0, 0, 0])
  }

  @Test func `by payload alone, where the header says nothing`() {
    let observed = Observed([
      Seen(0, "CV", "question number 1"),
      Seen(5, "GP", "question number 1", hopLimit: 63, .outgoing),
    ])
    #expect(observed.runs == ["CV 1/1 → GP", "GP 1/1"])
    #expect(observed.counts.matched == [0, 1, 0, 0, 0])
  }

  @Test func `by the flow label of IPv6`() {
    let observed = Observed([
      Seen(0, "cv", "beat", id: 0x12345),
      Seen(5, "gp", "beat", id: 0x12345, hopLimit: 63, .outgoing),
    ])
    #expect(observed.runs == ["cv 1/1 → gp", "gp 1/1"])
    #expect(observed.counts.matched == [1, 0, 0, 0, 0])
  }

  /// A local pod's answer is seen three times; the leg in the middle is half translated back.
  @Test func `in two steps, of which the first is inner and no move`() {
    var frames: [Seen] = []
    for round in 0..<3 {
      let at = Int64(round) * 1_000
      let id = UInt32(100 + round)
      frames += [
        Seen(at, "CV", "question \(round) of 3", id: id),
        Seen(at + 5, "GP", "question \(round) of 3", id: id, hopLimit: 63, .outgoing, on: 2),
        Seen(at + 100, "PG", "answer \(round) of them", id: id + 50, on: 3),
        Seen(at + 104, "PC", "answer \(round) of them", id: id + 50, hopLimit: 63, on: 2),
        Seen(at + 108, "VC", "answer \(round) of them", id: id + 50, hopLimit: 63, .outgoing),
      ]
    }
    #expect(
      Observed(frames).runs == [
        "CV 3/3 → GP", "VC 3/3", "GP 3/3", "PG 3/3 → VC", "PC 3/3 → VC",
      ]
    )
  }

  @Test func `and its moves split the run where they happen`() {
    let observed = Observed([
      Seen(0, "CV", "question number 1", id: 1),
      Seen(5, "GP", "question number 1", id: 1, hopLimit: 63, .outgoing),
      Seen(1_000, "CV", "question number 2", id: 2),
      Seen(1_005, "GP", "question number 2", id: 2, hopLimit: 63, .outgoing),
      Seen(2_000, "CV", "question number 3", id: 3),
      Seen(2_005, "HQ", "question number 3", id: 3, hopLimit: 63, .outgoing),
    ])
    #expect(observed.runs == ["CV 2/2 → GP", "CV 1/1 → HQ", "GP 2/2", "HQ 1/1"])
  }
}

@Suite struct `No match is made` {
  @Test func `of an echo with the datagram that it answers`() {
    let observed = Observed([
      Seen(0, "CP", "the very same text", id: 1),
      Seen(9, "PC", "the very same text", id: 1, hopLimit: 63, .outgoing),
    ])
    #expect(observed.runs == ["CP 1/0", "PC 1/1"])
  }

  @Test func `where two datagrams may be the earlier one; it is counted`() {
    let observed = Observed([
      Seen(0, "CV", "beat"), Seen(1, "DV", "beat"),
      Seen(2, "GP", "beat", hopLimit: 63, .outgoing),
      Seen(3, "HP", "beat", hopLimit: 63, .outgoing),
    ])
    #expect(observed.runs == ["CV 1/0", "DV 1/0", "GP 1/1", "HP 1/1"])
    #expect(observed.counts.ambiguous == 2)
    #expect(observed.counts.matched == [0, 0, 0, 0, 0])
  }

  @Test func `after the window`() {
    let observed = Observed([
      Seen(0, "CV", "question number 1", id: 7),
      Seen(50_001, "GP", "question number 1", id: 7, hopLimit: 63, .outgoing),
    ])
    #expect(observed.counts.matched == [0, 0, 0, 0, 0])
  }

  @Test func `beyond the window's limit, which is counted`() {
    var settings = NodeObserver.Settings()
    settings.windowLimit = 2
    let observed = Observed(
      [
        Seen(0, "CV", "question number 1", id: 7), Seen(1, "DV", "another one here", id: 8),
        Seen(2, "DV", "and yet another", id: 9),
        Seen(5, "GP", "question number 1", id: 7, hopLimit: 63, .outgoing),
      ],
      settings: settings
    )
    #expect(observed.counts.matched == [0, 0, 0, 0, 0])
    #expect(observed.counts.evicted == 2)
  }
}

@Suite struct `A datagram` {
  @Test func `counts once however many vantages saw it`() {
    let observed = Observed([
      Seen(0, "CP", "passing through", id: 5, on: 1),
      Seen(2, "CP", "passing through", id: 5, hopLimit: 63, .outgoing, on: 2),
      Seen(4, "CP", "passing through", id: 5, hopLimit: 63, .outgoing, on: 3),
    ])
    #expect(observed.runs == ["CP 1/1"])
    #expect(observed.counts.repeats == 2)
  }

  @Test func `that looks like the others is told by counting who is in flight`() {
    var frames: [Seen] = []
    for round in 0..<10 {
      let at = Int64(round) * 100_000
      frames += [Seen(at, "CV", "beat"), Seen(at + 5, "GP", "beat", hopLimit: 63, .outgoing)]
      let other = at + 30_000
      frames += [Seen(other, "DV", "beat"), Seen(other + 5, "HQ", "beat", hopLimit: 63, .outgoing)]
    }
    let observed = Observed(frames)
    #expect(observed.runs.filter { $0.contains("→") } == ["CV 10/10 → GP", "DV 10/10 → HQ"])
    #expect(observed.counts.ambiguous == 0)
  }

  @Test func `that was not translated as its flow's later ones is told`() {
    let observed = Observed([
      Seen(0, "CV", "question number 1", id: 1), Seen(900, "CV", "question number 2", id: 2),
      Seen(905, "GP", "question number 2", id: 2, hopLimit: 63, .outgoing),
      Seen(2_000, "CV", "question number 3", id: 3),
    ])
    #expect(observed.runs.first == "CV 3/1 → GP")
    #expect(
      observed.others == [
        "unmatched CV frame 1, leading", "unmatched CV frame 1", "unmatched CV frame 4",
      ]
    )
  }

  @Test func `in fragments is tallied as complete or partial`() {
    let whole = Seen.packet("CP", String(repeating: "a long datagram ", count: 200), id: 9)
    let parts = whole.fragments(mtu: 1_500)
    let cut = Seen.packet("CP", String(repeating: "a lost datagrams", count: 200), id: 10)
    let observed = Observed(
      parts.map { Seen(0, packet: $0) }
        + cut.fragments(mtu: 1_500).dropLast().map { Seen(9, packet: $0) }
    )
    #expect(observed.others == ["fragments CP 1 complete, 1 partial"])
  }
}
