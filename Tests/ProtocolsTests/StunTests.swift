import Protocols
import TestSupport
import Testing
import Wire

/// The first three messages are the sample vectors of RFC 5769.
@Suite struct StunTests {
  static let transaction = Stun.Transaction(high: 0xb7e7_a701_bc34_d686, low: 0xfa87_dfae)

  static let request = StunVectors.request
  static let answer4 = StunVectors.answer4
  static let answer6 = StunVectors.answer6

  @Test func `a request of another implementation is understood`() throws {
    let request = try StunRequest(Self.request.span)
    #expect(request == StunRequest(transaction: Self.transaction))
  }

  @Test(arguments: [
    (answer4, "192.0.2.1:32853"),
    (answer6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
  ])
  func `the reflective address comes unmasked`(message: [UInt8], address: String) throws {
    let answer = try StunAnswer(message.span)
    #expect(answer.transaction == Self.transaction)
    #expect(answer.reflective?.description == address)
    #expect(answer.software == "test vector")
  }

  @Test func `our request is these bytes`() throws {
    let request = StunRequest(transaction: Self.transaction, clientID: 7, sequence: 258)
    let message = written { request.write(to: &$0) }
    #expect(
      message.dropLast(4)
        == bytes(
          """
          00010020 2112a442 b7e7a701bc34d686fa87dfae
          c5010008 0000000000000007 c5020008 0000000000000102 80280004
          """
        )[...]
    )
    #expect(try StunRequest(message.span) == request)
  }

  @Test func `our answer is these bytes`() throws {
    let responder = StunResponder(software: "stickler", pod: "echo-0", node: "n1")
    let request = StunRequest(transaction: Self.transaction, clientID: 7, sequence: 258)
    let source = Endpoint(IPAddress(v4: 0xc000_0201), 32_853)
    let message = written { responder.write(request, ofLength: 52, from: source, to: &$0) }
    #expect(
      message.dropLast(4)
        == bytes(
          """
          0101004c 2112a442 b7e7a701bc34d686fa87dfae
          00200008 0001a147e112a643
          c5010008 0000000000000007 c5020008 0000000000000102
          c5030006 6563686f2d300000 c5040002 6e310000 80220008 737469636b6c6572 80280004
          """
        )[...]
    )
    var expected = StunAnswer(transaction: Self.transaction)
    expected.reflective = source
    (expected.pod, expected.node, expected.software) = ("echo-0", "n1", "stickler")
    (expected.clientID, expected.sequence) = (7, 258)
    #expect(try StunAnswer(message.span) == expected)
  }

  @Test func `an old client without the cookie gets its address unmasked`() throws {
    let request = bytes("00010008 00112233 445566778899aabbccddeeff 00030004 00000000")
    let responder = StunResponder(software: "", pod: "echo-0", node: "")
    let source = Endpoint(IPAddress(v4: 0xc000_0201), 32_853)
    let parsed = try StunRequest(request.span)
    #expect(
      written { responder.write(parsed, ofLength: request.count, from: source, to: &$0) }
        == bytes(
          """
          01010018 00112233 445566778899aabbccddeeff
          00010008 00018055c0000201 c5030006 6563686f2d300000
          """
        )
    )
  }

  @Test func `an attribute that must be understood and is not is refused by number`() throws {
    let request = bytes("00010004 2112a442 b7e7a701bc34d686fa87dfae 7abc0000")
    let parsed = try StunRequest(request.span)
    #expect(parsed.notUnderstood == 0x7abc)
    let message = written {
      StunResponder(software: "", pod: "", node: "")
        .write(parsed, ofLength: request.count, from: Endpoint(IPAddress(v4: 1), 1), to: &$0)
    }
    #expect(try StunAnswer(message.span).errorCode == 420)
    #expect(message.count == 64)
  }

  @Test func `names too long for the allowance stay away`() throws {
    let long = String(repeating: "p", count: 240)
    let responder = StunResponder(software: "stickler", pod: long, node: "n1")
    let request = StunRequest(transaction: Self.transaction)
    let message = written {
      responder.write(request, ofLength: 20, from: Endpoint(IPAddress(v4: 1), 1), to: &$0)
    }
    #expect(message.count <= 20 + StunResponder.allowance)
    let answer = try StunAnswer(message.span)
    #expect(answer.pod == nil)
    #expect(answer.node == "n1")
  }

  @Test(arguments: [request, answer4, answer6])
  func `no beginning of a message is taken for one`(message: [UInt8]) {
    for count in 0..<message.count {
      let part = message.prefix(count).map { $0 }
      #expect(throws: MessageError.self) { try StunRequest(part.span) }
      #expect(throws: MessageError.self) { try StunAnswer(part.span) }
    }
  }

  @Test func `ten thousand damaged messages are read or refused, never fatal`() {
    var random = SplitMix64(state: 8489)
    var refused = 0
    for round in 0..<10_000 {
      let whole = [Self.request, Self.answer4, Self.answer6][round % 3]
      let message = damaged(whole, by: &random)
      if (try? StunRequest(message.span)) == nil, (try? StunAnswer(message.span)) == nil {
        refused += 1
      }
    }
    // FINGERPRINT sees nearly all damage.
    #expect(refused > 9_500)
  }
}
