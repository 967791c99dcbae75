import Protocols
import TestSupport
import Testing
import Wire

@Suite struct AffinityTesterTests {
  static let magic = AffinityVectors.magic
  static let client = Endpoint(IPAddress(v4: 0xc000_0207), 40_000)
  static let id: UInt32 = 1_500_000_000

  static let request = AffinityVectors.request
  static let newerRequest = AffinityVectors.newerRequest
  static let answer = AffinityVectors.answer

  @Test(arguments: [(request, ErlangAtoms.atom), (newerRequest, .smallUTF8)])
  func `a request reads and writes`(message: [UInt8], atoms: ErlangAtoms) throws {
    let request = AffinityTester.Request(id: Self.id, sequence: 7, atoms: atoms)
    #expect(try AffinityTester.Request(message.span) == request)
    #expect(written { request.write(to: &$0) } == message)
  }

  @Test func `a sequence above 255 takes four bytes`() throws {
    let message = bytes(
      Self.magic + "83 74 00000002 640002 6964 62 59682f00 640003 736571 62 00000100"
    )
    let request = AffinityTester.Request(id: Self.id, sequence: 256)
    #expect(written { request.write(to: &$0) } == message)
    #expect(try AffinityTester.Request(message.span) == request)
  }

  @Test func `an answer reads and writes`() throws {
    let answer = AffinityTester.Answer(
      pod: "pod-1",
      sequence: 7,
      // C0000207 XOR 59682F00 = 99682D07, 9C40 XOR 5968 = C528.
      reflective: ReflectiveAddress(rawValue: 0x9968_2d07_c528)
    )
    #expect(try AffinityTester.Answer(Self.answer.span) == answer)
    #expect(written { answer.write(to: &$0) } == Self.answer)
    #expect(ReflectiveAddress(Self.client, id: Self.id) == answer.reflective)
    #expect(answer.reflective.source(id: Self.id) == Self.client)
  }

  @Test func `an answer of a newer runtime, by a pod without a name, reads`() throws {
    let message = bytes(
      Self.magic + """
        83 74 00000003 7708 706f645f6e616d65 7703 6e696c
        7703 736571 62 000003e8 7709 785f61646472657373 6e 06 00 28c5 072d6899
        """
    )
    let answer = try AffinityTester.Answer(message.span)
    #expect(answer.pod == nil)
    #expect(answer.sequence == 1_000)
    #expect(written { answer.write(atoms: .smallUTF8, to: &$0) } == message)
  }

  @Test(arguments: [
    (0x05 as UInt64, "61 05"), (0x7fff_ffff, "62 7fffffff"), (0x8000_0000, "6e 04 00 00000080"),
    (0x01_0000_0001, "6e 05 00 01000000 01"),
  ])
  func `a reflective address takes the bytes that it needs, as the original's runtime writes it`(
    value: UInt64,
    term: String
  ) throws {
    let answer = AffinityTester.Answer(
      pod: "p",
      sequence: 1,
      reflective: ReflectiveAddress(rawValue: value)
    )
    let message = written { answer.write(to: &$0) }
    #expect(Array(message.suffix(bytes(term).count)) == bytes(term))
    #expect(try AffinityTester.Answer(message.span) == answer)
  }

  @Test func `an IPv6 source still shows its port and its changes`() throws {
    let first = try #require(Endpoint("[2001:db8::1]:40000"))
    let second = try #require(Endpoint("[2001:db8::2]:40000"))
    let seen = ReflectiveAddress(first, id: Self.id)
    #expect(seen != ReflectiveAddress(second, id: Self.id))
    #expect(seen.source(id: Self.id).port == 40_000)
  }

  @Test func `a request and an answer are never taken for each other`() {
    #expect(throws: MessageError.foreign) { try AffinityTester.Request(Self.answer.span) }
    #expect(throws: MessageError.foreign) { try AffinityTester.Answer(Self.request.span) }
  }

  @Test(arguments: [request, newerRequest, answer])
  func `no beginning of a message is taken for one`(message: [UInt8]) {
    for count in 0..<message.count {
      let part = message.prefix(count).map { $0 }
      #expect(throws: MessageError.self) { try AffinityTester.Request(part.span) }
      #expect(throws: MessageError.self) { try AffinityTester.Answer(part.span) }
    }
  }

  @Test(arguments: [
    // Nested lists without end, an enormous map, an enormous binary, a map with one key twice, a negative id.
    (String(repeating: "6c00000001", count: 40), MessageError.tooComplex),
    ("74ffffffff", .tooComplex), ("6dffffffff00", .truncated),
    ("74000000026400026964 6101 6400026964 6101", .badValue),
    ("74 00000002 640002 6964 62 ffffffff 640003 736571 61 07", .badValue),
    ("6e0901000000000000000001", .badValue), ("ff", .badValue), ("", .truncated),
  ])
  func `hostile terms are refused with a reason`(term: String, error: MessageError) {
    #expect(throws: error) { try AffinityTester.Request(bytes(Self.magic + "83" + term).span) }
  }

  @Test func `ten thousand damaged messages are read or refused, never fatal`() {
    var random = SplitMix64(state: 56_789)
    for round in 0..<10_000 {
      let message = damaged([Self.request, Self.newerRequest, Self.answer][round % 3], by: &random)
      if let request = try? AffinityTester.Request(message.span) {
        let again = written { request.write(to: &$0) }
        #expect((try? AffinityTester.Request(again.span)) == request)
      }
      _ = try? AffinityTester.Answer(message.span)
    }
  }
}
