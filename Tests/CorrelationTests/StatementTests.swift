import Correlation
import Protocols
import TestSupport
import Testing
import Wire
import Workbench

@Suite struct `What pods say` {
  private static func source(_ letter: Character) -> Endpoint {
    endpoints[letter] ?? Endpoint(IPAddress(v4: 0), 0)
  }

  private static func stun(_ seen: Character, by pod: String, _ number: UInt64) -> [UInt8] {
    let request = StunRequest(transaction: Stun.Transaction(high: number, low: 1))
    return written {
      StunResponder(software: "", pod: pod, node: "")
        .write(request, ofLength: 20, from: source(seen), to: &$0)
    }
  }

  /// A question and its answer through one node: `C` asks `V`, which `pod` serves as `gateway`.
  private static func exchange(
    _ number: Int,
    _ question: [UInt8],
    _ answer: [UInt8],
    by pod: Character = "P",
    as gateway: Character = "G"
  ) -> [Seen] {
    let at = Int64(number) * 100_000
    let id = UInt32(10 * number + 1)
    return [
      Seen(at, "CV", bytes: question, id: id),
      Seen(at + 5, "\(gateway)\(pod)", bytes: question, id: id, .outgoing),
      Seen(at + 200, "\(pod)\(gateway)", bytes: answer, id: id + 1),
      Seen(at + 205, "VC", bytes: answer, id: id + 1, .outgoing),
    ]
  }

  private static func ask(_ number: UInt64) -> [UInt8] {
    written { StunRequest(transaction: Stun.Transaction(high: number, low: 1)).write(to: &$0) }
  }

  @Test func `is told once of each leg while it stays the same`() {
    let frames = (0..<20).flatMap { number in
      Self.exchange(
        number,
        Self.ask(UInt64(number)),
        Self.stun("G", by: "echo-0", UInt64(number))
      )
    }
    #expect(
      Observed(frames).others == [
        "VC 20 say G by echo-0 from frame 4", "PG 20 say G by echo-0 from frame 3",
      ]
    )
  }

  @Test func `is told anew when it changes, or when the leg is translated in another way`() {
    var frames: [Seen] = []
    for number in 0..<6 {
      frames += Self.exchange(
        number,
        Self.ask(UInt64(number)),
        Self.stun(number < 3 ? "G" : "H", by: number < 5 ? "echo-0" : "echo-1", UInt64(number)),
        by: number < 4 ? "P" : "Q",
        as: number < 4 ? "G" : "H"
      )
    }
    #expect(
      Observed(frames).others.filter { $0.hasPrefix("VC") } == [
        "VC 3 say G by echo-0 from frame 4", "VC 1 say H by echo-0 from frame 16",
        "VC 1 say H by echo-0 from frame 20", "VC 1 say H by echo-1 from frame 24",
      ]
    )
  }

  @Test func `is unmasked where its question was seen, and never otherwise`() {
    let id: UInt32 = 1_500_000_000
    let question = written { AffinityTester.Request(id: id, sequence: 7).write(to: &$0) }
    func answer(_ sequence: UInt32) -> [UInt8] {
      written {
        AffinityTester.Answer(
          pod: "pod-1",
          sequence: sequence,
          reflective: ReflectiveAddress(Self.source("G"), id: id)
        )
        .write(to: &$0)
      }
    }
    #expect(
      Observed(Self.exchange(0, question, answer(7))).others == [
        "VC 1 say G by pod-1 from frame 4", "PG 1 say G by pod-1 from frame 3",
      ]
    )
    #expect(
      Observed(Self.exchange(0, question, answer(8))).others == [
        "VC 1 say nothing by pod-1 from frame 4", "PG 1 say nothing by pod-1 from frame 3",
      ]
    )
  }

  @Test func `is not unmasked where two clients look like one behind the NAT`() {
    func exchange(_ number: Int, _ id: UInt32) -> [Seen] {
      let question = written { AffinityTester.Request(id: id, sequence: 7).write(to: &$0) }
      let answer = AffinityTester.Answer(
        pod: "pod-1",
        sequence: 7,
        reflective: ReflectiveAddress(Self.source("G"), id: id)
      )
      return Self.exchange(number, question, written { answer.write(to: &$0) })
    }
    #expect(
      Observed(exchange(0, 1_500_000_000) + exchange(1, 1_600_000_000)).others.sorted() == [
        "PG 1 say G by pod-1 from frame 3", "PG 1 say nothing by pod-1 from frame 7",
        "VC 1 say G by pod-1 from frame 4", "VC 1 say nothing by pod-1 from frame 8",
      ]
    )
  }

  @Test func `is nothing in payloads of any other kind`() {
    var random = SplitMix64(state: 3)
    let frames = (0..<2_000).flatMap { number in
      let payload = (0..<Int.random(in: 20...100, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      return Self.exchange(number, payload, Array(payload.reversed()))
    }
    #expect(Observed(frames).others == [])
  }

  /// A server that says another thing each time does not fill the memory.
  @Test func `is not listened to for ever where it changes all the time`() {
    let frames = (0..<500).flatMap { number in
      Self.exchange(number, Self.ask(UInt64(number)), Self.stun("G", by: "echo-\(number)", 1))
    }
    #expect(Observed(frames).others.count == 2 * 65)
  }

  @Test func `survives that flows make room for others`() {
    var settings = NodeObserver.Settings()
    settings.flowLimit = 128
    var frames = Self.exchange(0, Self.ask(1), Self.stun("G", by: "echo-0", 1))
    for number in 0..<1_000 {
      let packet = UDPSegment(
        FiveTuple(
          from: Endpoint(IPAddress(v4: 0x0a00_0000 + UInt32(number)), 1_000),
          to: Self.source("V")
        ),
        payload: Array("flood \(number)".utf8)
      )
      .packet
      frames.append(Seen(1_000_000 + Int64(number) * 100, packet: packet))
    }
    let told = Observed(frames, settings: settings).others.filter { $0.contains(" say ") }
    #expect(
      told == ["VC 1 say G by echo-0 from frame 4", "PG 1 say G by echo-0 from frame 3"]
    )
  }

  @Test func `what a pod says is told when it is new, and all of it once`() {
    func answer(_ at: Int64, _ leg: String, by pod: String) -> Seen {
      Seen(at, leg, bytes: Self.stun("C", by: pod, UInt64(at)), id: UInt32(at))
    }
    /// With the microseconds from which and until when it is said.
    func said(_ observations: [Observation]) -> [String] {
      observations.compactMap {
        guard case .statement(let one) = $0 else { return nil }
        let leg = letter(one.leg.source) + letter(one.leg.destination)
        let times = [one.first, one.last].map { "\($0.nanoseconds / 1_000 % 1_000_000)" }
        return
          "\(leg) \(one.sightings) by \(one.pod?.text ?? "nobody") \(times.joined(separator: "-"))"
      }
    }
    var observer = NodeObserver()
    func tell(_ frames: [Seen], onlyNew: Bool) -> [String] {
      observer.observe(TellingTests.batch(frames)) { _ in }
      #expect(said(observer.peek()) == said(observer.peek()))
      observer.tellStatements(onlyNew: onlyNew)
      return said(observer.drain())
    }
    let first = [answer(1, "PC", by: "one"), answer(2, "PC", by: "one")]
    #expect(tell(first, onlyNew: true) == ["PC 2 by one 1-2"])
    let second = [answer(3, "PC", by: "one"), answer(4, "QC", by: "two")]
    #expect(tell(second, onlyNew: true) == ["QC 1 by two 4-4"])
    // What goes on begins where it was told last.
    #expect(tell([answer(5, "PC", by: "one")], onlyNew: false) == ["PC 2 by one 2-5"])
    // Another one answers, and the one before it has nothing left to tell.
    #expect(tell([answer(6, "PC", by: "three")], onlyNew: true) == ["PC 1 by three 6-6"])
    #expect(tell([], onlyNew: false) == [])
    #expect(tell([answer(7, "QC", by: "two")], onlyNew: true) == [])
    #expect(
      tell([answer(8, "PC", by: "three")], onlyNew: false) == [
        "PC 1 by three 6-8", "QC 1 by two 4-7",
      ]
    )
    observer.observe(TellingTests.batch([answer(9, "PC", by: "three")])) { _ in }
    #expect(said(observer.peek()) == ["PC 1 by three 8-9"])
    var rest: [Observation] = []
    observer.finish { rest += $0.observations }
    #expect(said(rest) == ["PC 1 by three 8-9"])
  }
}
