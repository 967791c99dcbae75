internal import Wire

/// The bytes that clients and servers put into datagrams.
extension World {
  func payload(of flow: Flow, _ pattern: Traffic, _ number: Int) -> [UInt8] {
    switch pattern.payload {
    case .message:
      return Array("Message number \(number) from: \(flow.client)".utf8)
    case .identical(let text):
      return Array(text.utf8)
    case .random(let count):
      return generator.bytes(count)
    case .mixed(let small, let large):
      return generator.bytes(number % 2 == 0 ? small : large)
    case .quic:
      return quic(flow, number)
    case .stun:
      return stun(flow)
    case .dtls:
      return dtls(flow, number)
    case .affinityTester:
      return AffinityQuestion(id: UInt32(truncatingIfNeeded: flow.connection) >> 1, number + 1)
        .bytes
    }
  }

  /// RFC 9000: an Initial with the client's choice of ids, then short headers with the server's.
  private func quic(_ flow: Flow, _ number: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    if flow.hasBegun, number == 0 {
      bytes += [0xc3, 0, 0, 0, 1, 8]
      bytes.append64(flow.connection &* 3)
      bytes.append(8)
      bytes.append64(flow.connection &* 5)
      // No token; 1,170 bytes follow the length: a two-byte variable-length integer.
      bytes += [0, 0x44, 0x92]
      return bytes + generator.bytes(1_170)
    }
    bytes.append(0x40 | UInt8(generator.below(64)))
    bytes.append64(Self.serverConnection(flow.connection))
    return bytes + generator.bytes(60)
  }

  /// The id that a QUIC server gives to a connection.
  static func serverConnection(_ connection: UInt64) -> UInt64 {
    var mixer = SeededGenerator(seed: connection)
    return mixer.next()
  }

  /// RFC 8489: a binding request with a USERNAME that stays with the client.
  private func stun(_ flow: Flow) -> [UInt8] {
    let user = Array(("u" + String(flow.connection, radix: 36) + "00000000").utf8.prefix(12))
    var bytes: [UInt8] = [0, 1]
    bytes.append16(UInt16(4 + user.count))
    bytes.append32(0x2112_a442)
    bytes += generator.bytes(12)
    bytes.append16(6)
    bytes.append16(UInt16(user.count))
    return bytes + user
  }

  /// RFC 9146: a record of type tls12_cid with an eight-byte connection id.
  private func dtls(_ flow: Flow, _ number: Int) -> [UInt8] {
    var bytes: [UInt8] = [25, 0xfe, 0xfd]
    bytes.append64(1 << 48 | UInt64(number))
    bytes.append64(flow.connection)
    bytes.append16(48)
    return bytes + generator.bytes(48)
  }

  /// What a server answers to a datagram.
  func answer(of pod: PodSpec, to flight: Flight) -> [UInt8] {
    switch pod.server {
    case .hello, .stream: return Array("Hello UDP Client".utf8)
    case .echo: return flight.payload
    case .silent, .stopped: return []
    case .reflector: return reflection(of: pod, to: flight)
    case .quic:
      guard let serial = flight.serial else { return [] }
      let connection = flows[flowOfSerial[serial]].connection
      var bytes: [UInt8] = []
      if flight.payload.first.map({ $0 & 0x80 != 0 }) == true {
        bytes += [0xc1, 0, 0, 0, 1, 8]
        bytes.append64(connection &* 5)
        bytes.append(8)
        bytes.append64(Self.serverConnection(connection))
        bytes += [0, 0x44, 0x00]
        return bytes + generator.bytes(1_024)
      }
      bytes.append(0x40)
      bytes.append64(connection &* 5)
      return bytes + generator.bytes(40)
    }
  }
}
