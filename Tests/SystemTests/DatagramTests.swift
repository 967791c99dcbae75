import System
import Testing
import Wire

@Suite struct DatagramTests {
  static let loopback4 = IPAddress(v4: 0x7f00_0001)
  static let loopback6 = IPAddress(high: 0, low: 1)
  static let everything = Endpoint(IPAddress(high: 0, low: 0), 0)

  /// Receives until something came, or a second has passed.
  static func receive(_ batch: inout DatagramBatch, from socket: borrowing UDPSocket) -> Int {
    let end = Instant.now() + .seconds(2)
    while Instant.now() < end {
      let count = batch.receive(from: socket)
      if count > 0 { return count }
      sleep(until: Instant.now() + .milliseconds(1))
    }
    return 0
  }

  @Test(arguments: [loopback4, loopback6])
  func `an answer leaves from the address that was asked`(asked: IPAddress) throws {
    let server = try UDPSocket(bind: Self.everything, tellsDestination: true)
    let client = try UDPSocket(bind: Endpoint(asked, 0))
    // 127.0.0.0/8 has many addresses; the route back to the client would prefer 127.0.0.1.
    let target = Endpoint(asked.isV4 ? IPAddress(v4: 0x7f00_0963) : asked, server.local.port)
    #expect(client.send([1, 2, 3].span, to: target) == .sent)

    var batch = DatagramBatch(capacity: 4)
    #expect(Self.receive(&batch, from: server) == 1)
    #expect(batch.source(0) == client.local)
    #expect(batch.destination(0) == target.address)
    batch.answer(0) { _, output in
      output.append(7)
      return .written
    }
    #expect(batch.send(to: server) == 1)

    #expect(Self.receive(&batch, from: client) == 1)
    #expect(batch.source(0) == target)
    #expect(batch.payload(0).count == 1)
    #expect(batch.payload(0)[0] == 7)
  }

  @Test func `an echo carries what came, and no answer is no answer`() throws {
    let server = try UDPSocket(bind: Endpoint(Self.loopback4, 0), tellsDestination: true)
    let client = try UDPSocket(bind: Endpoint(Self.loopback4, 0))
    var batch = DatagramBatch(capacity: 8)
    for value in 0..<3 as Range<UInt8> {
      #expect(
        client.send(Array(repeating: value, count: Int(value)).span, to: server.local) == .sent
      )
    }
    var total = 0
    while total < 3 {
      let count = Self.receive(&batch, from: server)
      guard count > 0 else { break }
      for index in 0..<count {
        batch.answer(index) { payload, _ in payload.count == 1 ? .none : .echo }
      }
      total += count
      _ = batch.send(to: server)
    }
    var lengths: [Int] = []
    while lengths.count < 2 {
      let count = Self.receive(&batch, from: client)
      guard count > 0 else { break }
      for index in 0..<count { lengths.append(batch.payload(index).count) }
    }
    #expect(lengths == [0, 2])
    #expect(batch.receive(from: client) == 0)
  }

  @Test func `the longest datagram arrives whole`() throws {
    let server = try UDPSocket(bind: Endpoint(Self.loopback4, 0))
    let client = try UDPSocket(bind: Endpoint(Self.loopback4, 0))
    let longest = [UInt8](repeating: 0x5a, count: 65_507)
    #expect(client.send(longest.span, to: server.local) == .sent)
    var batch = DatagramBatch(capacity: 2)
    #expect(Self.receive(&batch, from: server) == 1)
    #expect(batch.payload(0).count == 65_507)
    #expect(batch.payload(0)[65_506] == 0x5a)
  }

  @Test func `a closed port is a refusal`() throws {
    let closed: Endpoint
    do {
      let socket = try UDPSocket(bind: Endpoint(Self.loopback4, 0))
      closed = socket.local
    }
    let client = try UDPSocket(bind: Endpoint(Self.loopback4, 0), reportsErrors: true)
    #expect(client.send([1].span, to: closed) == .sent)
    sleep(until: Instant.now() + .milliseconds(20))
    #expect(client.receiveRefusals() == 1)
    #expect(client.receiveRefusals() == 0)
  }

  @Test func `a taken port is told with its address`() throws {
    let first = try UDPSocket(bind: Endpoint(Self.loopback4, 0))
    let endpoint = first.local
    let error = #expect(throws: SystemError.self) { _ = try UDPSocket(bind: endpoint) }
    #expect(error?.description == "bind UDP \(endpoint): Address already in use")
    #expect(error?.isAddressInUse == true)
  }
}
