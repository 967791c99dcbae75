import Correlation
import Exchange
import System
import TestSupport
import Testing
import Wire

/// What decoding messages gives, as one session.
struct Reading {
  var decoded = DecodedMessage()
  var counts = DecodingCounts()

  init(_ messages: [[UInt8]]) {
    var decoder = MessageDecoder()
    for message in messages {
      #expect(decoder.decode(message.span, into: &decoded), "a message is taken")
    }
    counts = decoder.counts
  }
}

let noon = Timestamp(nanoseconds: 1_795_262_400_000_000_000)

/// The messages that tell these observations.
func messages(
  of observations: [Observation],
  _ settings: MessageEncoder.Settings = MessageEncoder.Settings(domain: 7)
) -> [[UInt8]] {
  var encoder = MessageEncoder(settings)
  var messages: [[UInt8]] = []
  encoder.append(observations, at: noon) { messages.append($0) }
  encoder.flush(at: noon) { messages.append($0) }
  return messages
}

private func leg(_ source: String, _ destination: String) -> FiveTuple {
  FiveTuple(
    from: Endpoint(source) ?? Endpoint(IPAddress(v4: 0), 0),
    to: Endpoint(destination) ?? Endpoint(IPAddress(v4: 0), 0)
  )
}

let mark = Observation.connection(
  ConnectionSeen(
    ConnectionMark(bits: 0x0102_0304_0506_0708),
    on: leg("203.0.113.1:40000", "198.51.100.7:53"),
    at: Timestamp(nanoseconds: 1_500_000_000)
  )
)

@Suite struct MessageTests {
  @Test func `a message is, byte for byte, what RFC 7011 says`() {
    #expect(
      messages(of: [mark]) == [
        bytes(
          """
          000a 005e 6b0187c0 00000000 00000007
          0002 002c 0107 0008
            8001 0001 00007ed9 0008 0004 0007 0002 000c 0004 000b 0002 0004 0001
            0146 0008 0145 0008
          0107 0022
            07 cb007101 9c40 c6336407 0035 11 0102030405060708 83aa7e81 80000000
          """
        )
      ]
    )
  }

  @Test(arguments: 0..<RandomObservation.kinds)
  func `whatever is observed comes out as it went in`(kind: Int) {
    var random = RandomObservation(seed: UInt64(kind))
    let told = (0..<2_000).map { _ in random.next(kind: kind) }
    let reading = Reading(messages(of: told))
    #expect(reading.decoded.observations == told)
    #expect(reading.counts.records == 2_000)
    #expect(reading.counts.unknownElements == 0)
    #expect(reading.counts.malformed == 0)
  }

  @Test func `it comes out so over UDP too, where times are told twice`() {
    var random = RandomObservation(seed: 99)
    let told = (0..<4_000).map { random.next(kind: $0 % RandomObservation.kinds) }
    let sent = messages(of: told, .datagrams(domain: 1))
    #expect(sent.allSatisfy { $0.count <= 1_400 })
    #expect(Reading(sent).decoded.observations == told)
  }

  @Test func `what nodes counted and what their files are called comes out too`() {
    var random = RandomObservation(seed: 5)
    let tallies = (0..<500).map { _ in random.tally() }
    let files = [
      NamedFile(number: 0, name: "n1.pcap"), NamedFile(number: 70_000, name: "é\n", isCut: true),
    ]
    var encoder = MessageEncoder(MessageEncoder.Settings(domain: 3))
    var messages: [[UInt8]] = []
    for file in files { encoder.append(file, at: noon) { messages.append($0) } }
    var loss = InterfaceLoss(name: "eth0")
    (loss.received, loss.missed, loss.refused, loss.unsent) = (1 << 63, 2, 3, 4)
    encoder.append(loss, at: noon) { messages.append($0) }
    for tally in tallies { encoder.append(tally, at: noon) { messages.append($0) } }
    encoder.flush(at: noon) { messages.append($0) }
    let reading = Reading(messages)
    #expect(reading.decoded.tallies == tallies)
    #expect(reading.decoded.files == files)
    #expect(reading.decoded.losses == [loss])
  }

  @Test func `what an agent and its collector say of their connection comes out too`() {
    var random = RandomObservation(seed: 21)
    let hellos = [
      AgentHello(node: "n1", domain: 3, epoch: .max, sequence: 1 << 40, token: "sesame"),
      AgentHello(node: "é", domain: 3, epoch: 0, wantsAcknowledgement: false),
    ]
    let marks = (0..<200).map { Watermark(epoch: UInt64($0), time: random.time()) }
    let known = [
      Acknowledgement(epoch: 1_795_262_400_000_000_001, sequence: .max),
      Acknowledgement(epoch: 0, sequence: 0, refusal: "no token"),
    ]
    var encoder = MessageEncoder(MessageEncoder.Settings(domain: 3))
    var messages: [[UInt8]] = []
    for hello in hellos { encoder.append(hello, at: noon) { messages.append($0) } }
    for mark in marks { encoder.append(mark, at: noon) { messages.append($0) } }
    for each in known { encoder.append(each, at: noon) { messages.append($0) } }
    encoder.flush(at: noon) { messages.append($0) }
    let reading = Reading(messages)
    #expect(reading.decoded.hellos == hellos)
    #expect(reading.decoded.watermarks == marks)
    #expect(reading.decoded.acknowledgements == known)
    #expect(reading.counts.records == 204)
    #expect(reading.counts.unknownElements == 0)
  }

  @Test func `an acknowledgement is, byte for byte, what the page says`() {
    var encoder = MessageEncoder(MessageEncoder.Settings(domain: 7))
    var messages: [[UInt8]] = []
    encoder.append(Acknowledgement(epoch: 0x0102_0304, sequence: 9), at: noon) {
      messages.append($0)
    }
    encoder.flush(at: noon) { messages.append($0) }
    #expect(
      messages == [
        bytes(
          """
          000a 004f 6b0187c0 00000000 00000007
          0003 0026 010e 0004 0001 0095 0004
            8001 0001 00007ed9 805c 0008 00007ed9 805f 0008 00007ed9
          010e 0019
            00000007 0e 0000000001020304 0000000000000009
          """
        )
      ]
    )
  }

  @Test func `a token that is longer than any may be is cut, and so is no other's`() {
    let hello = AgentHello(
      node: "n1",
      domain: 1,
      epoch: 1,
      token: String(repeating: "x", count: 1_025)
    )
    var encoder = MessageEncoder(MessageEncoder.Settings(domain: 1))
    var messages: [[UInt8]] = []
    encoder.append(hello, at: noon) { messages.append($0) }
    encoder.flush(at: noon) { messages.append($0) }
    #expect(Reading(messages).decoded.hellos.map(\.token.utf8.count) == [1_024])
  }

  @Test func `runs that go on are told apart from those that have ended`() {
    var random = RandomObservation(seed: 22)
    let told = (0..<2_000).map { _ in random.next(kind: 0) }
    let runs = told.compactMap { observation -> Run? in
      guard case .run(let run) = observation else { return nil }
      return run
    }
    var encoder = MessageEncoder(MessageEncoder.Settings(domain: 3))
    var messages: [[UInt8]] = []
    encoder.append(ongoing: Array(runs[..<1_000]), at: noon) { messages.append($0) }
    encoder.append(Array(told[1_000...]), at: noon) { messages.append($0) }
    encoder.append(ongoing: Array(runs[..<10]), at: noon) { messages.append($0) }
    encoder.flush(at: noon) { messages.append($0) }
    let reading = Reading(messages)
    #expect(reading.decoded.ongoing == Array(runs[..<1_000] + runs[..<10]))
    #expect(reading.decoded.observations == Array(told[1_000...]))
    #expect(reading.counts.unknownElements == 0)
  }

  @Test func `messages are full and no longer than they may be, and count records through`() {
    var random = RandomObservation(seed: 3)
    let sent = messages(of: (0..<5_000).map { random.next(kind: $0 % RandomObservation.kinds) })
    var sequence: UInt32 = 0
    var decoder = MessageDecoder()
    var decoded = DecodedMessage()
    for message in sent {
      #expect(message.count <= 65_535)
      #expect(MessageHeader(message.span)?.sequence == sequence)
      #expect(MessageHeader(message.span)?.domain == 7)
      #expect(MessageHeader(message.span)?.exportTime == 1_795_262_400)
      _ = decoder.decode(message.span, into: &decoded)
      sequence = UInt32(decoder.counts.records)
    }
    #expect(sent.dropLast().allSatisfy { $0.count > 64_000 })
    #expect(decoder.counts.lost == 0)
  }

  @Test func `what was lost on the way is counted by the sequence numbers`() {
    let sent = messages(of: Array(repeating: mark, count: 300), .datagrams(domain: 1))
    #expect(sent.count > 4)
    var left = sent
    left.remove(at: 2)
    let all = Reading(sent).counts
    let counts = Reading(left).counts
    #expect(counts.lost > 0)
    #expect(counts.lost == all.records - counts.records)
    #expect(all.lost == 0)
  }

  @Test func `over UDP templates are told again, and what comes between is skipped and counted`() {
    var encoder = MessageEncoder(.datagrams(domain: 1))
    var sent: [[UInt8]] = []
    for second in 0..<150 {
      let now = noon + .seconds(Int64(second))
      encoder.append([mark], at: now) { sent.append($0) }
      encoder.flush(at: now) { sent.append($0) }
    }
    // The first one, with the template, does not arrive.
    let reading = Reading(Array(sent.dropFirst()))
    #expect(reading.counts.unknownTemplates == 59)
    #expect(reading.decoded.observations.count == 90)
  }

  @Test func `other exporters' records are read past`() {
    // A template of nfcapd's making: addresses, and an element of an enterprise; one record; and padding.
    let message = bytes(
      """
      000a 0044 00000000 00000000 00000001
      0002 0018 0200 0003 0008 0004 000c 0004 8001 ffff 00000009
      0200 001c c0000201 c0000202 03 616263 c0000203 c0000204 00 000000
      """
    )
    let reading = Reading([message])
    #expect(reading.counts.foreign == 2)
    #expect(reading.counts.unknownElements == 1)
    #expect(reading.counts.malformed == 0)
    #expect(reading.decoded.observations.isEmpty)
  }

  @Test func `a withdrawn template is unknown from then on`() {
    let first = messages(of: [mark])
    let withdrawal = bytes("000a 0018 00000000 00000001 00000007 0002 0008 0107 0000")
    let data = bytes(
      """
      000a 0032 00000000 00000001 00000007 0107 0022
      07 cb007101 9c40 c6336407 0035 11 0102030405060708 83aa7e81 80000000
      """
    )
    #expect(Reading(first + [data]).decoded.observations == [mark, mark])
    let reading = Reading(first + [withdrawal, data])
    #expect(reading.decoded.observations == [mark])
    #expect(reading.counts.unknownTemplates == 1)
  }

  @Test(arguments: [
    ("0000 0000 00000000 00000000 00000000", "no version"),
    ("000a 000f 00000000 00000000 00000000", "shorter than its header"),
    ("000a 0011 00000000 00000000 00000000", "longer than it is"),
  ])
  func `what is no message is refused`(hex: String, why: Comment) {
    var decoder = MessageDecoder()
    var decoded = DecodedMessage()
    #expect(!decoder.decode(bytes(hex).span, into: &decoded), why)
  }

  @Test(arguments: [
    // A set shorter than its header, and one longer than the message.
    ("000a 0014 00000000 00000000 00000000 0002 0003", 1, 0),
    ("000a 0014 00000000 00000000 00000000 0002 0005", 1, 0),
    // A template that is cut, one of no bytes, and one with a number that is kept for others.
    ("000a 001c 00000000 00000000 00000000 0002 000c 0100 0002 0008 0004", 1, 0),
    ("000a 001c 00000000 00000000 00000000 0002 000c 0100 0001 0008 0000", 0, 1),
    ("000a 001c 00000000 00000000 00000000 0002 000c 00ff 0001 0008 0004", 0, 1),
  ])
  func `what contradicts itself is counted`(hex: String, malformed: Int, refused: Int) {
    let reading = Reading([bytes(hex)])
    #expect(reading.counts.malformed == malformed)
    #expect(reading.counts.refusedTemplates == refused)
  }

  @Test func `hop limits that are the wrong way round are no run`() throws {
    var random = RandomObservation(seed: 1)
    var run = random.next(kind: 0)
    while !isPlain(run) { run = random.next(kind: 0) }
    var message = try #require(messages(of: [run]).first)
    // A run ends with the least and the most of its hop limits, and two bytes of traits.
    (message[message.count - 4], message[message.count - 3]) = (9, 8)
    #expect(Reading([message]).counts.malformed == 1)
    (message[message.count - 4], message[message.count - 3]) = (8, 9)
    #expect(Reading([message]).counts.malformed == 0)
  }

  private func isPlain(_ observation: Observation) -> Bool {
    guard case .run = observation else { return false }
    return true
  }

  @Test func `damaged messages neither trap nor grow what is kept`() {
    var random = RandomObservation(seed: 8)
    let whole = messages(of: (0..<40).map { random.next(kind: $0 % RandomObservation.kinds) })
    var decoder = MessageDecoder()
    var decoded = DecodedMessage()
    for _ in 0..<3_000 {
      var message = damaged(whole[0], by: &random.random)
      // Otherwise the header's length gives nearly all of them away.
      if message.count >= 4 {
        message[2] = UInt8(truncatingIfNeeded: message.count >> 8)
        message[3] = UInt8(truncatingIfNeeded: message.count)
      }
      _ = decoder.decode(message.span, into: &decoded)
      decoded.removeAll()
    }
    for length in 0..<whole[0].count {
      _ = decoder.decode(Array(whole[0][..<length]).span, into: &decoded)
    }
  }

  @Test func `a session's templates are bounded`() {
    var decoder = MessageDecoder()
    var decoded = DecodedMessage()
    for number in 0..<5_000 {
      var message = bytes("000a 001c 00000000 00000000 00000000 0002 000c 0100 0001 0008 0004")
      message[14] = UInt8(number >> 8)
      message[15] = UInt8(truncatingIfNeeded: number)
      #expect(decoder.decode(message.span, into: &decoded))
    }
    #expect(decoder.counts.refusedTemplates == 904)
  }

  @Test
  func
    `files are numbered as the reader has it, and one that was not named is one of its own`()
  {
    let told = [4, 6, 9].map {
      Observation.announcement(
        Announcement(of: IPAddress(v4: 1), by: 2, at: noon, Witness(file: $0, frame: 77))
      )
    }
    var decoder = MessageDecoder()
    decoder.files = FileNumbers(offset: 100, count: 7, unnamed: 3)
    var decoded = DecodedMessage()
    for message in messages(of: told) { _ = decoder.decode(message.span, into: &decoded) }
    let witnesses = decoded.observations.compactMap { observation -> Witness? in
      guard case .announcement(let announcement) = observation else { return nil }
      return announcement.witness
    }
    #expect(witnesses == [104, 106, 3].map { Witness(file: $0, frame: 77) })
  }
}
