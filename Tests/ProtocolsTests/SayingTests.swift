import Protocols
import TestSupport
import Testing
import Wire

@Suite struct `What a datagram says` {
  /// Our own answer to a STUN request, with the pod's name.
  static let stunAnswer = bytes(
    """
    01010044 2112a442 b7e7a701bc34d686fa87dfae 00200008 0001a147e112a643
    c5030006 6563686f2d300000 c5040002 6e310000 80220018 61206c6f6e67206e616d65206f66207365727665722121
    21 80280004 00000000
    """
  )
  static let banner = Array(
    """
    Sat Nov 21 07:03:08 UTC 2026
    Server: 10.244.1.7:5678
    Client: 192.0.2.7:40000
    Pod: echo-0

    hello
    """.utf8
  )

  private static func statement(_ message: [UInt8], of length: Int? = nil) -> Statement? {
    guard case .answer(let statement) = Saying(message.span, ofLength: length ?? message.count)
    else { return nil }
    return statement
  }

  /// Whether the cheap test in front lets a message through.
  private static func isPossible(_ message: [UInt8]) -> Bool {
    Saying.isPossible(message.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  @Test(arguments: [
    (StunVectors.answer4, "192.0.2.1:32853", nil),
    (StunVectors.answer6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853", nil),
    (stunAnswer, "192.0.2.1:32853", "echo-0"), (banner, "192.0.2.7:40000", "echo-0"),
  ])
  func `is the source that the pod saw, and its name`(
    message: [UInt8],
    source: String,
    pod: String?
  ) throws {
    #expect(Self.isPossible(message))
    let statement = try #require(Self.statement(message))
    #expect(statement.seenSource?.description == source)
    #expect(statement.pod?.text == pod)
  }

  @Test func `is masked in the affinity tester's answers, with the id of the question`() throws {
    #expect(Self.isPossible(AffinityVectors.answer))
    let statement = try #require(Self.statement(AffinityVectors.answer))
    #expect(statement.seenSource == nil)
    #expect(statement.pod?.text == "pod-1")
    #expect(statement.sequence == 7)
    let masked = try #require(statement.masked)
    #expect(masked.source(id: 1_500_000_000).description == "192.0.2.7:40000")
    for question in [AffinityVectors.request, AffinityVectors.newerRequest] {
      #expect(Self.isPossible(question))
      guard case .question(1_500_000_000, 7) = Saying(question.span, ofLength: question.count)
      else {
        Issue.record("the question was not understood")
        continue
      }
    }
  }

  @Test func `is the address that a banner says it was asked at`() throws {
    #expect(try #require(Self.statement(Self.banner)).server?.description == "10.244.1.7:5678")
  }

  /// The address stands first in our answers, so that little of them is enough.
  @Test func `is read of a STUN answer that a capture cut, as far as it goes`() throws {
    let whole = Self.stunAnswer.count
    for count in 0..<whole {
      let statement = Self.statement(Array(Self.stunAnswer.prefix(count)), of: whole)
      #expect(statement?.seenSource?.description == (count < 32 ? nil : "192.0.2.1:32853"))
      #expect(statement?.pod?.text == (count < 44 ? nil : "echo-0"))
    }
  }

  @Test(arguments: [AffinityVectors.request, AffinityVectors.answer, banner.dropLast(6).map { $0 }])
  func `is nothing where the capture cut what must be whole`(message: [UInt8]) {
    for count in 0..<message.count {
      let part = message.prefix(count).map { $0 }
      #expect(Saying(part.span, ofLength: message.count) == nil)
      #expect(Saying(part.span, ofLength: count) == nil)
    }
  }

  @Test(arguments: [
    // A request, an error, a success whose length is wrong, one without an address, an indication, an Allocate success.
    StunVectors.request,
    bytes("01110008 2112a442 b7e7a701bc34d686fa87dfae 00090004 00000414"),
    bytes("01010010 2112a442 b7e7a701bc34d686fa87dfae 00200008 0001a147e112a643"),
    bytes("01010000 2112a442 b7e7a701bc34d686fa87dfae"),
    bytes("0011000c 2112a442 b7e7a701bc34d686fa87dfae 00200008 0001a147e112a643"),
    bytes("0103000c 2112a442 b7e7a701bc34d686fa87dfae 00200008 0001a147e112a643"),
    // Without the cookie; words that begin alike.
    bytes("0101000c 2112a443 b7e7a701bc34d686fa87dfae 00200008 0001a147e112a643"),
    Array("maartensmagic is a word".utf8), Array("Sat Nov is no date at all, nor is this".utf8),
    Array("Sat Nov 21 07:03:08 UTC 2026\nServer: here\nClient: there\n\n".utf8),
    Array("Sat Nov 21 07:03:08 UTC 2026\nClient: 192.0.2.7:40000\n\n".utf8), [],
  ])
  func `is nothing in what only looks alike`(message: [UInt8]) {
    #expect(Saying(message.span, ofLength: message.count) == nil)
  }

  /// Among them such as begin as messages do, for chance alone hardly ever makes one.
  @Test func `is nothing in opaque payloads`() {
    var random = SplitMix64(state: 1)
    let beginnings: [[UInt8]] = [
      [], bytes("01010048 2112a442"), Array("maartensmagic".utf8) + [131, 116, 0, 0, 0, 3],
      Array("Sat Nov 21 07:03:08 UTC 2026\n".utf8),
    ]
    for round in 0..<40_000 {
      let beginning = beginnings[round % 4]
      let message =
        beginning
        + (0..<Int.random(in: 0...160, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
      #expect(Saying(message.span, ofLength: message.count) == nil)
    }
  }

  @Test func `is nothing or something in damaged messages, and never fatal`() {
    var random = SplitMix64(state: 2)
    let whole = [
      StunVectors.answer4, StunVectors.answer6, Self.stunAnswer, AffinityVectors.answer,
      AffinityVectors.request, Self.banner,
    ]
    for round in 0..<30_000 {
      let message = damaged(whole[round % 6], by: &random)
      let length = Int.random(in: 0...2 * message.count, using: &random)
      _ = Saying(message.span, ofLength: message.count)
      _ = Saying(message.span, ofLength: length)
    }
  }

  @Test(arguments: [
    ("", ""), ("echo-0", "echo-0"), (String(repeating: "p", count: 63), nil),
    (String(repeating: "p", count: 64), String(repeating: "p", count: 63)),
    ("a\u{1b}b", "a\u{fffd}b"),
  ])
  func `keeps a name in place`(name: String, kept: String?) {
    #expect(StatedName(name).text == kept ?? name)
    #expect(StatedName(name) != StatedName(name + "x") || name.utf8.count > 63)
  }
}
