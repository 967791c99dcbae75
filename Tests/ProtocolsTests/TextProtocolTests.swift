import Protocols
import TestSupport
import Testing
import Wire

@Suite struct TextProtocolTests {
  static let client = Endpoint(IPAddress(v4: 0xc000_0207), 40_000)
  static let time = Timestamp("2026-11-21T07:03:08.123456789Z") ?? Timestamp(nanoseconds: 0)

  static func array(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func `the greeting is its sixteen bytes`() {
    let answer = written { Hello.writeAnswer(to: &$0) }
    #expect(answer == Self.array("Hello UDP Client"))
    #expect(answer.count == 16)
    #expect(Hello.isAnswer(answer.span) == true)
    #expect(Hello.isAnswer(Self.array("Hello UDP Client!").span) == false)
  }

  @Test func `a greeting's request carries its number and the client's address`() {
    let message = Hello.message(149, from: Self.client.address)
    #expect(message == "Message number 149 from: 192.0.2.7")
    #expect(Hello.number(Self.array(message).span) == 149)
    #expect(Hello.number(Self.array("Message number  from: x").span) == nil)
    #expect(Hello.number(Self.array("Message number 99999999999999999999 from: x").span) == nil)
  }

  @Test func `a banner is four lines, and more only when asked`() throws {
    let server = try #require(Endpoint("10.244.1.7:5678"))
    let plain = Banner.text(at: Self.time, server: server, client: Self.client)
    #expect(
      plain == """
        Sat Nov 21 07:03:08 UTC 2026
        Server: 10.244.1.7:5678
        Client: 192.0.2.7:40000


        """
    )
    let named = Banner.text(
      at: Self.time,
      server: server,
      client: Self.client,
      pod: "echo-0",
      node: "n1"
    )
    let message = Self.array(named + "payload")
    #expect(Banner.length(message.span) == message.count - 7)
    #expect(
      Banner.lines(message.span)
        == Banner.Lines(server: server, client: Self.client, pod: "echo-0", node: "n1")
    )
    #expect(Banner.length(Self.array("Server: a\nClient: b\n\n").span) == nil)
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", "Thu Jan  1 00:00:00 UTC 1970"),
    ("2000-02-29T23:59:59Z", "Tue Feb 29 23:59:59 UTC 2000"),
    ("2026-12-07T01:02:03Z", "Mon Dec  7 01:02:03 UTC 2026"),
  ])
  func `a date is printed as date prints it`(time: String, text: String) throws {
    #expect(CalendarText(try #require(Timestamp(time))).date == text)
  }

  @Test(arguments: [
    ("hostname", KubernetesWords.hostName), (" HostName\n", .hostName),
    ("clientip", .clientAddress),
    ("echo Hi There ", .echo(Array("hi there".utf8))),
  ])
  func `the test server's words are understood`(text: String, word: KubernetesWords) {
    #expect(KubernetesWords(Self.array(text).span) == word)
  }

  @Test(arguments: ["", "echo", "hostnames", "exit", "shell id"])
  func `other words are not`(text: String) {
    #expect(KubernetesWords(Self.array(text).span) == nil)
  }

  @Test func `a broadcast is logged as the original logs it`() {
    #expect(
      Broadcast.receivedLines(Self.array("it's").span, from: Self.client, at: Self.time) == [
        """
        2026-11-21 07:03:08,123 - root - INFO - Message from Client:b"it's" \
        Client IP Address:('192.0.2.7', 40000)
        """,
        "2026-11-21 07:03:08,123 - root - INFO - processing message",
      ]
    )
    #expect(
      Broadcast.sentLine(to: Self.client.address, at: Self.time)
        == "2026-11-21 07:03:08,123 - root - INFO - sent message to :192.0.2.7"
    )
  }

  @Test func `a broadcast of ours carries its number behind the text`() {
    let message = Broadcast.Message(text: Self.array("hello"), id: 0x1f)
    #expect(message.encoded == Self.array("hello\n[stickler-ack 000000000000001f]"))
    #expect(Broadcast.Message(message.encoded.span) == message)
    let plain = Broadcast.Message(Self.array("hello [stickler-ack 000000000000001f]").span)
    #expect(plain.id == nil)
    let acknowledgement = Broadcast.Acknowledgement(id: 0x1f, pod: "s-0")
    #expect(acknowledgement.encoded == Self.array("stickler-ack 000000000000001f s-0"))
    #expect(Broadcast.Acknowledgement(acknowledgement.encoded.span) == acknowledgement)
    #expect(Broadcast.isAcknowledgement(acknowledgement.encoded.span) == true)
  }

  @Test(arguments: [
    ("68656c6c6f", "b'hello'"), ("275c0a0d09", #"b"'\\\n\r\t""#), ("2722", #"b'\'"'"#),
    ("00ff7f", #"b'\x00\xff\x7f'"#), ("", "b''"),
  ])
  func `bytes print as Python prints them`(hex: String, text: String) {
    #expect(PythonText.bytes(bytes(hex).span) == text)
  }

  @Test func `a socket address prints as Python's tuple`() throws {
    #expect(PythonText.tuple(Self.client) == "('192.0.2.7', 40000)")
    #expect(PythonText.tuple(try #require(Endpoint("[::1]:5"))) == "('::1', 5, 0, 0)")
  }

  @Test func `names from the network move no cursor`() throws {
    #expect("echo-0 · ä".printable == "echo-0 · ä")
    #expect(
      "a\u{1b}[2Jb\u{9b}c\u{202e}d\ne".printable == "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\u{fffd}e"
    )
    let responder = StunResponder(software: "", pod: "\u{1b}[31mpod", node: "")
    let message = written {
      responder.write(
        StunRequest(transaction: StunTests.transaction),
        ofLength: 20,
        from: Self.client,
        to: &$0
      )
    }
    #expect(try StunAnswer(message.span).pod == "\u{fffd}[31mpod")
  }

  @Test func `thirty thousand damaged texts are read or refused, never fatal`() {
    var random = SplitMix64(state: 12_000)
    let whole = [
      Self.array("Message number 7 from: 192.0.2.7"),
      Self.array(
        Banner.text(at: Self.time, server: Self.client, client: Self.client, pod: "p", node: "n")
      ),
      Broadcast.Message(text: Self.array("hello"), id: 99).encoded,
    ]
    for round in 0..<30_000 {
      let message = damaged(whole[round % 3], by: &random)
      if let number = Hello.number(message.span) { #expect(number >= 0) }
      if let length = Banner.length(message.span) { #expect(length <= message.count) }
      let read = Broadcast.Message(message.span)
      #expect(read.text.count <= message.count)
      _ = Broadcast.Acknowledgement(message.span)
      _ = KubernetesWords(message.span)
      _ = Banner.lines(message.span)
      _ = PythonText.bytes(message.span)
    }
  }
}
