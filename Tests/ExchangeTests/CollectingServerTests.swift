import Correlation
import Exchange
import System
import TestSupport
import Testing
import Wire

@Suite struct CollectingServerTests {
  private static let home = Endpoint(IPAddress(v4: 0x7f00_0001), 0)

  private static let twoHomes = [home, Endpoint(IPAddress(high: 0, low: 1), 0)]

  private func server(
    at homes: [Endpoint] = [home],
    _ change: (inout CollectingServer.Settings) -> Void = { _ in }
  ) throws -> CollectingServer {
    var settings = CollectingServer.Settings()
    settings.token = "sesame"
    change(&settings)
    return try CollectingServer(homes.map { CollectingServer.Door($0) }, settings)
  }

  /// The first agent that a server lets in.
  private func speaker(
    to server: inout CollectingServer,
    _ told: inout Told
  ) throws -> HandWrittenAgent {
    var agent = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 1)
    agent.send(agent.message(hello(epoch: 7)))
    server.run(&told) { $0.opened.count == 1 }
    return agent
  }

  private func hello(
    _ node: String = "n1",
    epoch: UInt64 = 7,
    sequence: UInt64 = 0,
    token: String = ""
  ) -> AgentHello {
    AgentHello(node: node, domain: 1, epoch: epoch, sequence: sequence, token: token)
  }

  private func observations(_ count: Int) -> [Observation] {
    var random = RandomObservation(seed: 31)
    return (0..<count).map { random.next(kind: $0 % RandomObservation.kinds) }
  }

  @Test func `what an agent says arrives with its place, and what is acknowledged it is told`()
    throws
  {
    var server = try server()
    var told = Told()
    var agent = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 1)
    agent.send(agent.message(hello(token: "sesame")))
    server.run(&told) { $0.opened.count == 1 }
    #expect(told.opened == [hello()], "and the token is kept from whoever has the server")
    server.acknowledge(told.connections[0], Acknowledgement(epoch: 7, sequence: 40))

    let some = observations(25)
    agent.send(agent.message(hello(sequence: 40), Array(some[..<10])))
    agent.send(agent.message(nil, Array(some[10...])))
    server.run(&told) { $0.arrivals.count == 2 }
    #expect(told.arrivals.map(\.place) == [40, 51])
    #expect(told.arrivals.map(\.recordCount) == [11, 15])
    #expect(told.arrivals.map(\.end) == [51, 66])
    #expect(told.arrivals.map(\.hello.epoch) == [7, 7])
    #expect(told.arrivals.flatMap(\.decoded.observations) == some)
    server.acknowledge(told.connections[0], Acknowledgement(epoch: 7, sequence: 66))

    // Another file, of another epoch.
    agent.send(agent.message(hello(epoch: 9), Array(some[..<3])))
    server.run(&told) { $0.arrivals.count == 3 }
    #expect(told.arrivals[2].hello.epoch == 9)
    #expect(told.arrivals[2].place == 0)
    agent.listen()
    #expect(agent.acknowledgements.map(\.sequence) == [40, 66])
    agent.finish()
    server.run(&told) { !$0.closed.isEmpty }
    #expect(told.closed == [.ended])
    #expect(server.connected.isEmpty)
  }

  @Test func `messages come whole, however their bytes come`() throws {
    var server = try server { $0.letsAnyoneIn = true }
    var told = Told()
    var agent = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 1)
    let some = observations(3)
    let bytes = agent.message(hello()) + agent.message(hello(), some)
    for byte in bytes {
      agent.send([byte])
      server.step(timeout: .milliseconds(0)) { told.note($0) }
    }
    server.run(&told) { $0.arrivals.count == 1 }
    #expect(told.arrivals[0].decoded.observations == some)
    #expect(server.counts.messages == 2)
  }

  @Test func `records that the agent dropped leave a gap between places`() throws {
    var server = try server { $0.letsAnyoneIn = true }
    var told = Told()
    var agent = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 1)
    agent.send(agent.message(hello()))
    agent.send(agent.message(hello(), observations(4)))
    _ = agent.message(nil, observations(100))
    agent.send(agent.message(nil, observations(2)))
    server.run(&told) { $0.arrivals.count == 2 }
    #expect(told.arrivals.map(\.place) == [0, 105])
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\n\r\n", ClosingReason.garbage, "what it sends is no IPFIX"),
    ("\u{16}\u{3}\u{1}", .garbage, "what it sends is no IPFIX"),
  ])
  func `a stranger is shown the door, and told why`(
    text: String,
    reason: ClosingReason,
    why: String
  ) throws {
    var server = try server()
    var told = Told()
    let agent = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 1)
    agent.send(Array(text.utf8))
    server.run(&told) { !$0.closed.isEmpty }
    #expect(told.closed == [reason])
    #expect(told.lines[0].hasPrefix("agent at 127.0.0.1:"))
    #expect(told.lines[0].hasSuffix(": \(why)"))
    #expect(server.counts.closed == [reason: 1])
  }

  /// A hello, what becomes of it, and what the agent is told.
  private static let hellos: [(AgentHello, ClosingReason, String)] = {
    func hello(_ node: String, domain: UInt32 = 1, token: String = "sesame") -> AgentHello {
      AgentHello(node: node, domain: domain, epoch: 1, token: token)
    }
    var newer = hello("n1")
    newer.version = 2
    var late = hello("n1")
    late.sequence = 1 << 63
    return [
      (hello("n1", token: ""), .token, "it shows no token"),
      (hello("n1", token: "sesamE"), .token, "its token is not the collector's"),
      (hello("n1", token: "sesam"), .token, "its token is not the collector's"),
      (
        newer, .badHello,
        "it speaks version 2, and the collector 1: let both be of the same release"
      ),
      (late, .badHello, "its hello contradicts itself"),
      (hello(""), .badHello, "its node has a name that no node has"),
      (hello("../n1"), .badHello, "its node has a name that no node has"),
      (hello("n\u{1b}[2J"), .badHello, "its node has a name that no node has"),
      (hello(".."), .badHello, "its node has a name that no node has"),
    ]
  }()

  @Test(arguments: hellos.indices)
  func `a hello that is not good is refused, and the agent is told why`(index: Int) throws {
    let (hello, reason, why) = Self.hellos[index]
    var server = try server()
    var told = Told()
    var agent = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 1)
    agent.send(agent.message(hello))
    server.run(&told) { !$0.closed.isEmpty }
    #expect(told.closed == [reason])
    #expect(told.opened.isEmpty)
    #expect(told.lines[0].hasSuffix(why))
    agent.listen()
    #expect(agent.acknowledgements.map(\.refusal) == [why])
    let isEnded = agent.isEnded
    #expect(isEnded)
  }

  @Test func `an exporter that says no hello is refused`() throws {
    var server = try server { $0.letsAnyoneIn = true }
    var told = Told()
    var agent = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 1)
    agent.send(agent.message(nil, observations(3)))
    server.run(&told) { !$0.closed.isEmpty }
    #expect(told.closed == [.noHello])
  }

  @Test func `nobody speaks for two nodes, or goes back without a word`() throws {
    var server = try server { $0.letsAnyoneIn = true }
    var told = Told()
    var other = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 1)
    other.send(other.message(hello("n1")) + other.message(hello("n2")))
    server.run(&told) { !$0.closed.isEmpty }
    #expect(told.closed == [.badHello])

    var back = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 2)
    let first = back.message(hello()) + back.message(hello(), observations(5))
    let again = back.message(nil, observations(5))
    back.send(first + again + again)
    server.run(&told) { $0.closed.count == 2 }
    #expect(told.closed == [.badHello, .garbage])
    #expect(told.lines[1].hasSuffix("its messages are not in their order"))
    #expect(told.arrivals.count == 2)
  }

  @Test func `two processes do not speak for one node at once`() throws {
    var server = try server(at: Self.twoHomes) { $0.letsAnyoneIn = true }
    var told = Told()
    let first = try speaker(to: &server, &told)
    // Another machine's, which is called alike.
    var other = try HandWrittenAgent(to: server.endpoints[1])
    server.run(&told, toAccept: 2)
    other.send(other.message(hello(epoch: 8)))
    server.run(&told) { $0.closed.count == 1 }
    #expect(told.closed == [.sameName])
    #expect(told.opened.map(\.epoch) == [7])
    other.listen()
    let refusal = try #require(other.acknowledgements.first?.refusal)
    #expect(refusal.hasPrefix("the agent at 127.0.0.1:"))
    let advice = "where both run, give each a name of its own by --node"
    #expect(refusal.hasSuffix(" speaks for n1 already: \(advice)"))
    #expect(told.lines[0].hasSuffix(refusal))

    // The same one, once more before its connection is known to be gone: both go on, as its messages say where they belong.
    var again = try HandWrittenAgent(to: server.endpoints[1])
    server.run(&told, toAccept: 3)
    again.send(again.message(hello(epoch: 7)))
    server.run(&told) { $0.opened.count == 2 }
    // One that has begun anew at the same address.
    var anew = try HandWrittenAgent(to: server.endpoints[1])
    again.finish()
    server.run(&told) { $0.closed.count == 2 }
    server.run(&told, toAccept: 4)
    anew.send(anew.message(hello("n2", epoch: 3)))
    server.run(&told) { $0.opened.count == 3 }
    var next = try HandWrittenAgent(to: server.endpoints[1])
    server.run(&told, toAccept: 5)
    next.send(next.message(hello("n2", epoch: 4)))
    server.run(&told) { $0.opened.count == 4 }
    #expect(told.closed == [.sameName, .ended, .replaced])
    anew.listen()
    #expect(
      anew.acknowledgements.first?.refusal?.contains("which has the same name, takes its place")
        == true
    )
    withExtendedLifetime((first.requests, next.requests)) {}
  }

  @Test func `one that was silent for a while makes way for another of its name`() throws {
    var server = try server(at: Self.twoHomes) {
      $0.letsAnyoneIn = true
      $0.sureSilence = .milliseconds(50)
    }
    var told = Told()
    let first = try speaker(to: &server, &told)
    sleep(until: .now() + .milliseconds(60))
    var next = try HandWrittenAgent(to: server.endpoints[1])
    server.run(&told, toAccept: 2)
    next.send(next.message(hello(epoch: 8)))
    server.run(&told) { $0.opened.count == 2 }
    #expect(told.closed == [.replaced])
    #expect(server.connected.map(\.1.epoch) == [8])
    withExtendedLifetime(first.requests) {}
  }

  @Test func `whoever says nothing, or nothing more, is not waited for`() throws {
    var server = try server {
      $0.letsAnyoneIn = true
      $0.patience = .milliseconds(100)
      $0.mostSilence = .milliseconds(100)
    }
    var told = Told()
    var speaker = try HandWrittenAgent(to: server.endpoints[0])
    let mute = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 2)
    speaker.send(speaker.message(hello()))
    server.run(&told) { $0.closed.count == 2 }
    #expect(Set(told.closed) == [.noHello, .silent])
    withExtendedLifetime(mute) {}
  }

  @Test func `no more are let in than may be, and room is made by those who go`() throws {
    var server = try server {
      $0.letsAnyoneIn = true
      $0.mostConnections = 2
    }
    var told = Told()
    var first = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 1)
    let second = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 2)
    let third = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told) { !$0.closed.isEmpty }
    #expect(told.closed == [.tooMany])
    first.send(first.message(hello()))
    first.finish()
    server.run(&told) { $0.closed.count == 2 }
    #expect(told.closed == [.tooMany, .ended])
    let fourth = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 4)
    #expect(told.closed.count == 2)
    withExtendedLifetime(second) {}
    withExtendedLifetime(third) {}
    withExtendedLifetime(fourth) {}
  }

  @Test func `whoever has the server may show an agent the door`() throws {
    var server = try server { $0.letsAnyoneIn = true }
    var told = Told()
    var agent = try HandWrittenAgent(to: server.endpoints[0])
    server.run(&told, toAccept: 1)
    agent.send(agent.message(hello()))
    server.run(&told) { !$0.opened.isEmpty }
    server.dismiss(told.connections[0], because: "its node is another agent's") { told.note($0) }
    #expect(told.closed == [.dismissed])
    #expect(told.lines[0].hasPrefix("agent n1 at 127.0.0.1:"))
    agent.listen()
    #expect(agent.acknowledgements.map(\.refusal) == ["its node is another agent's"])
  }
}
