import Correlation
import Testing
import Wire
import Workbench

@Suite struct `A run` {
  private static func question(_ at: Int64, _ number: Int, id: UInt32, to result: String) -> [Seen]
  {
    [
      Seen(at, "CV", "question number \(number)", id: id),
      Seen(at + 5, result, "question number \(number)", id: id, hopLimit: 63, .outgoing),
    ]
  }

  /// The client may have been elsewhere meanwhile: only other nodes know.
  @Test func `ends where its client pauses against its own rhythm`() {
    var frames: [Seen] = []
    for number in 0..<4 {
      frames += Self.question(Int64(number) * 100_000, number, id: UInt32(number + 1), to: "GP")
    }
    for number in 4..<6 {
      frames += Self.question(
        2_000_000 + Int64(number) * 100_000,
        number,
        id: UInt32(number + 1),
        to: "GP"
      )
    }
    #expect(
      Observed(frames).runs == ["CV 4/4 → GP", "GP 4/4", "CV 2/2 → GP", "GP 2/2"]
    )
  }

  /// An entry that was made while there was no rule: the node sends the datagram on as it came.
  @Test func `does not count what goes past its translation`() {
    var frames: [Seen] = []
    for number in 0..<4 {
      frames += Self.question(Int64(number) * 100_000, number, id: UInt32(number + 1), to: "GP")
    }
    for number in 4..<6 {
      frames += Self.question(Int64(number) * 100_000, number, id: UInt32(number + 1), to: "CV")
    }
    let observed = Observed(frames)
    #expect(observed.runs == ["CV 6/4 → GP", "GP 4/4"])
    #expect(observed.counts.unmatched == 0, "they are seen where they went")
  }

  @Test func `goes on over a silence that is its client's rhythm`() {
    var frames: [Seen] = []
    for number in 0..<6 {
      frames += Self.question(Int64(number) * 2_000_000, number, id: UInt32(number + 1), to: "GP")
    }
    #expect(Observed(frames).runs == ["CV 6/6 → GP", "GP 6/6"])
  }

  /// Two first datagrams in flight together: the second one's way out was the quicker one.
  @Test func `keeps the order in which datagrams came in`() {
    let observed = Observed([
      Seen(0, "CV", "question number 1", id: 1),
      Seen(2, "CV", "question number 2", id: 2),
      Seen(9, "HQ", "question number 2", id: 2, hopLimit: 63, .outgoing),
      Seen(20, "GP", "question number 1", id: 1, hopLimit: 63, .outgoing),
    ])
    #expect(observed.runs == ["CV 1/1 → GP", "CV 1/1 → HQ", "HQ 1/1", "GP 1/1"])
  }

  /// A server that answers all alike, from a socket whose ids are shared: chance equals are no translation.
  @Test func `is not made of another's answer that looks the same`() {
    var frames: [Seen] = []
    for round in 0..<4 {
      let at = Int64(round) * 100_000
      let id = UInt32(100 + round)
      frames += [
        Seen(at, "PG", "the same answer to everyone", id: id, on: 3),
        Seen(at + 4, "VC", "the same answer to everyone", id: id, hopLimit: 63, .outgoing),
        Seen(at + 10, "QH", "the same answer to everyone", id: id + 50, on: 4),
        Seen(at + 14, "VD", "the same answer to everyone", id: id + 50, hopLimit: 63, .outgoing),
      ]
    }
    // Once, both answers have one id, and the second one's origin was not captured.
    frames += [
      Seen(500_000, "PG", "the same answer to everyone", id: 7, on: 3),
      Seen(500_010, "VD", "the same answer to everyone", id: 7, hopLimit: 63, .outgoing),
    ]
    #expect(Observed(frames).runs == ["PG 5/4 → VC", "VC 4/4", "QH 4/4 → VD", "VD 5/5"])
  }
}
