import Companions
import Protocols
import System
import TestSupport
import Testing
import Wire

@Suite struct LeaderMessageTests {
  static let time = Timestamp(nanoseconds: 1_795_244_588_123_000_000)
  static let first = IPAddress(v4: 0x0a00_0001)
  static let second = IPAddress(high: 0x2001_0db8 << 32, low: 1)

  static func read(_ text: String, key: MessageKey? = nil) throws(MessageError) -> LeaderMessage {
    try LeaderMessage(Array(text.utf8).span, key: key, at: time)
  }

  static let texts: [(LeaderMessage, String)] = [
    (.set(first), #"{"leader":"10.0.0.1"}"#),
    (.status, #"{"status":true}"#),
    (
      .heartbeat(term: 7, list: [first, second], round: 3),
      #"{"stickler":"heartbeat","term":7,"leader_list":["10.0.0.1","2001:db8::1"],"round":3}"#
    ),
    (.heard(term: 7, round: 3), #"{"stickler":"heard","term":7,"round":3}"#),
    (.stand(term: 8, isProbe: true, after: 0), #"{"stickler":"probe","term":8,"after":0}"#),
    (.vote(term: 8, isProbe: false), #"{"stickler":"vote","term":8}"#),
    (.who, #"{"stickler":"who"}"#),
    (
      .state(LeaderState(leader: nil, term: 7, list: [], pod: "p", role: "joining")),
      #"{"stickler":"state","leader":null,"term":7,"leader_list":[],"pod":"p","role":"joining"}"#
    ),
    (
      .forward(id: 255, client: Endpoint(first, 5), hops: 1, data: [0, 255]),
      #"{"stickler":"forward","id":"ff","client":"10.0.0.1:5","hops":1,"data":"00ff"}"#
    ),
    (.answer(id: 255, data: [1]), #"{"stickler":"answer","id":"ff","data":"01"}"#),
  ]

  @Test(arguments: texts)
  func `messages are these texts`(message: LeaderMessage, text: String) throws {
    #expect(message.encoded(key: nil, at: Self.time) == Array(text.utf8))
    #expect(try Self.read(text) == message)
  }

  @Test func `people may write blanks, and more than is asked for`() throws {
    #expect(try Self.read(" {  \"leader\" : \"10.0.0.1\" , \"x\": 1 }\n") == .set(Self.first))
  }

  @Test(arguments: [
    (#"{"leader":"nonsense"}"#, MessageError.badValue), (#"{"leader":""}"#, .badValue),
    (#"{"leader":null}"#, .badValue), (#"{"leader":"0.0.0.0"}"#, .badValue),
    (#"{"leader":"224.0.0.1"}"#, .badValue), (#"{"leader":"10.0.0.1""#, .badValue),
    (#"{"status":false}"#, .badValue), (#"{"stickler":"conquer"}"#, .badValue),
    (#"{"stickler":"heard","term":-1,"round":1}"#, .badValue),
    (#"{"stickler":"answer","id":"1","data":"0"}"#, .badValue),
    (#"{"hello":"10.0.0.1"}"#, .foreign), ("hello", .foreign), ("", .foreign),
  ])
  func `a bad value is refused with a reason`(text: String, reason: MessageError) {
    #expect(throws: reason) { try Self.read(text) }
  }

  /// RFC 4231, cases 1 and 2.
  @Test func `codes are HMAC-SHA-256`() throws {
    func code(_ secret: String, _ text: String) -> String {
      String(decoding: MessageKey(secret)?.code(of: Array(text.utf8)) ?? [], as: UTF8.self)
    }
    #expect(
      code(String(repeating: "\u{0b}", count: 20), "Hi There")
        == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    )
    #expect(
      code("Jefe", "what do ya want for nothing?")
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    #expect(MessageKey("") == nil)
  }

  @Test func `with a secret, only what is signed with it, and lately, is read`() throws {
    let key = try #require(MessageKey("secret"))
    let message = LeaderMessage.set(Self.first)
    let signed = message.encoded(key: key, at: Self.time)
    #expect(signed.starts(with: #"{"leader":"10.0.0.1","sent":1795244588123,"mac":""#.utf8))
    #expect(try LeaderMessage(signed.span, key: key, at: Self.time) == message)
    #expect(try LeaderMessage((signed + [10]).span, key: key, at: Self.time) == message)
    // Who has no secret reads it too.
    #expect(try LeaderMessage(signed.span, key: nil, at: Self.time) == message)
    for late in [Interval.seconds(31), .seconds(-31)] {
      #expect(throws: MessageError.badChecksum) {
        try LeaderMessage(signed.span, key: key, at: Self.time + late)
      }
    }
    #expect(throws: MessageError.badChecksum) {
      try Self.read(#"{"leader":"10.0.0.1"}"#, key: key)
    }
    let other = try #require(MessageKey("Secret"))
    #expect(throws: MessageError.badChecksum) {
      try LeaderMessage(signed.span, key: other, at: Self.time)
    }
    for index in signed.indices {
      var changed = signed
      changed[index] ^= 1
      #expect(throws: MessageError.self) {
        try LeaderMessage(changed.span, key: key, at: Self.time)
      }
    }
  }

  @Test func `ten thousand damaged messages are read or refused, never fatal`() throws {
    var random = SplitMix64(state: 12)
    let key = try #require(MessageKey("secret"))
    for round in 0..<10_000 {
      let (message, _) = Self.texts[round % Self.texts.count]
      let isSigned = round % 2 == 0
      let bytes = damaged(
        message.encoded(key: isSigned ? key : nil, at: Self.time),
        by: &random
      )
      let read = try? LeaderMessage(bytes.span, key: isSigned ? key : nil, at: Self.time)
      if isSigned, read != nil { #expect(read == message) }
    }
  }
}

/// Three servers on addresses of the loopback, one leader.
@Suite struct LeaderServerTests {
  static func start(_ host: UInt32, port: UInt16, key: String = "") throws -> RunningServer {
    let own = IPAddress(v4: 0x7f00_0a00 + host)
    return try RunningServer([[.leader, .stun]], bind: own) { configuration in
      configuration.udp[0].number = port
      configuration.engine.pod = "p\(host)"
      var leader = LeaderConfiguration(own: own)
      leader.preferred = IPAddress(v4: 0x7f00_0a02)
      leader.peers = (1...3).map { IPAddress(v4: 0x7f00_0a00 + $0) }
      leader.heartbeat = .milliseconds(300)
      leader.resolution = .milliseconds(300)
      leader.key = MessageKey(key)
      configuration.leader = leader
    }
  }

  /// What comes back for a datagram, within a second.
  static func ask(_ text: String, _ server: Endpoint) throws -> String? {
    let client = try UDPSocket(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
    var batch = DatagramBatch(capacity: 1)
    _ = client.send(Array(text.utf8).span, to: server)
    let end = Instant.now() + .seconds(1)
    while Instant.now() < end {
      if batch.receive(from: client) > 0 {
        // The answer comes from the pod that was asked.
        #expect(batch.source(0) == server)
        return String(
          decoding: Array(capacity: 4_096) { output in
            let payload = batch.payload(0)
            for index in payload.indices { output.append(payload[index]) }
          },
          as: UTF8.self
        )
      }
      System.sleep(until: Instant.now() + .milliseconds(1))
    }
    return nil
  }

  static func state(_ server: Endpoint) throws -> LeaderState? {
    guard let text = try ask(#"{"status":true}"#, server),
      case .state(let state) = try LeaderMessage(Array(text.utf8).span, key: nil, at: .now())
    else { return nil }
    return state
  }

  /// Waits until a server says that this pod leads.
  static func wait(for host: UInt32, at server: Endpoint) throws -> Bool {
    let wanted = IPAddress(v4: 0x7f00_0a00 + host)
    let end = Instant.now() + .seconds(20)
    while Instant.now() < end {
      if try state(server)?.leader == wanted { return true }
      System.sleep(until: Instant.now() + .milliseconds(20))
    }
    return false
  }

  @Test func `any pod brings the leader's answer, and a dead leader is replaced`() throws {
    let first = try Self.start(1, port: 0)
    let port = first.udp[0].port
    let second = try Self.start(2, port: port)
    let third = try Self.start(3, port: port)
    defer {
      first.stop()
      third.stop()
    }
    #expect(try Self.wait(for: 2, at: first.udp[0]))
    #expect(try Self.wait(for: 2, at: third.udp[0]))
    for server in [first, second, third] {
      #expect(try Self.ask("hello", server.udp[0]) == "hello")
    }
    #expect(try Self.state(third.udp[0])?.role != "leader")
    _ = try Self.ask(#"{"leader":"8.8.8.8"}"#, first.udp[0])
    #expect(try Self.state(first.udp[0])?.leader?.description == "127.0.10.2")
    second.stop()
    // The next in the list, unless this machine is too busy to keep the order: the engine's tests see to that.
    let end = Instant.now() + .seconds(20)
    var leader = try Self.state(first.udp[0])?.leader
    while leader == nil || leader == IPAddress(v4: 0x7f00_0a02), Instant.now() < end {
      leader = try Self.state(first.udp[0])?.leader
    }
    let isFirst = leader == IPAddress(v4: 0x7f00_0a01)
    #expect(isFirst || leader == IPAddress(v4: 0x7f00_0a03))
    #expect(try Self.wait(for: isFirst ? 1 : 3, at: third.udp[0]))
    #expect(try Self.ask("again", first.udp[0]) == "again")
    _ = try Self.ask("{\"leader\":\"127.0.10.\(isFirst ? 3 : 1)\"}", third.udp[0])
    #expect(try Self.wait(for: isFirst ? 3 : 1, at: third.udp[0]))
    #expect(try Self.wait(for: isFirst ? 3 : 1, at: first.udp[0]))
    #expect(try Self.ask("and again", third.udp[0]) == "and again")
  }

  @Test func `with a secret, an unsigned order is not obeyed`() throws {
    let server = try Self.start(9, port: 0, key: "secret")
    defer { server.stop() }
    #expect(try Self.ask(#"{"leader":"127.0.10.9"}"#, server.udp[0]) == nil)
    let key = MessageKey("secret")
    let order = LeaderMessage.set(IPAddress(v4: 0x7f00_0a09)).encoded(key: key, at: .now())
    let answer = try #require(
      try Self.ask(String(decoding: order, as: UTF8.self), server.udp[0])
    )
    guard case .state = try LeaderMessage(Array(answer.utf8).span, key: key, at: .now()) else {
      Issue.record("no state: \(answer)")
      return
    }
  }
}
