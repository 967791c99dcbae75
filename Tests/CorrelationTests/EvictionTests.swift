import Correlation
import Testing
import Wire
import Workbench

@Suite struct `A flood of sources` {
  /// Ten thousand sources with one datagram each, and a client that goes on through all of it.
  private static func flood(limit: Int) -> (observed: Int, runs: [Run], counts: MatchCounts) {
    var settings = NodeObserver.Settings()
    settings.flowLimit = limit
    var observer = NodeObserver(settings: settings)
    var runs: [Run] = []
    var most = 0
    var batch = SightingBatch()
    func take(_ observations: [Observation]) {
      for case .run(let run) in observations { runs.append(run) }
    }
    for number in 0..<10_000 {
      batch.removeAll()
      let at = Int64(number) * 100
      var packet = Seen.packet("CV", "a spoofed datagram", id: UInt32(number))
      packet.source = IPAddress(v4: 0x0b00_0000 + UInt32(number))
      var frames = [Seen(at, packet: packet)]
      if number % 10 == 0 {
        let text = "question number \(number)"
        let id = UInt32(20_000 + number)
        frames.append(Seen(at + 5, "CV", text, id: id))
        frames.append(Seen(at + 9, "GP", text, id: id, hopLimit: 63, .outgoing))
      }
      for seen in frames { batch.add(seen) }
      observer.observe(batch, take)
      most = max(most, observer.flowCount)
    }
    observer.finish { take($0.observations) }
    return (most, runs, observer.counts)
  }

  @Test func `is bounded, and leaves the flows that live as they are`() {
    let (most, runs, counts) = Self.flood(limit: 512)
    #expect(most <= 512)
    #expect(counts.evicted >= 9_400)
    // No source is lost: each is told once, when it is evicted or at the end.
    #expect(runs.count == 10_002)
    let client = runs.filter { $0.leg == Self.leg("CV") }
    #expect(client.count == 1)
    #expect(client.first?.forward.datagrams == 1_000)
    #expect(client.first?.forward.matched == 1_000)
    #expect(client.first?.forward.result == Self.leg("GP"))
  }

  @Test func `below the limit evicts nothing`() {
    let (most, runs, counts) = Self.flood(limit: 1 << 20)
    #expect(most == 10_002)
    #expect(counts.evicted == 0)
    #expect(runs.count == 10_002)
  }

  private static func leg(_ letters: String) -> FiveTuple {
    let packet = Packet(Seen.packet(letters, "").bytes.span, as: .raw, originalLength: 28)
    return packet.tuple
  }
}
