internal import Wire

/// What servers answer that say who they are and whom they saw.
///
/// Written from the protocols' own texts and not with the readers that are tested by it.
extension World {
  func reflection(of pod: PodSpec, to flight: Flight) -> [UInt8] {
    let name = pod.calledName ?? pod.name
    var seen = flight.tuple.source
    seen.port &+= pod.portError
    if flight.payload.starts(with: [0, 1]), flight.payload.count >= 20 {
      return stunAnswer(to: flight.payload, seen, name)
    }
    if let question = AffinityQuestion(flight.payload) { return question.answer(seen, name) }
    guard let serial = flight.serial, truth.datagrams[serial].number == 0 else {
      return flight.payload
    }
    let banner =
      "Sat Nov 21 07:03:08 UTC 2026\nServer: \(flight.tuple.destination)\nClient: \(seen)\n"
    return Array("\(banner)Pod: \(name)\n\n".utf8) + flight.payload
  }

  /// RFC 8489: XOR-MAPPED-ADDRESS, and the pod's name in an attribute that others ignore.
  private func stunAnswer(to question: [UInt8], _ seen: Endpoint, _ pod: String) -> [UInt8] {
    let transaction = question[8..<20]
    let mask = [0x21, 0x12, 0xa4, 0x42] + transaction
    var address: [UInt8] = []
    if seen.address.isV4 {
      address.append32(seen.address.v4Bits)
    } else {
      address.append64(seen.address.high)
      address.append64(seen.address.low)
    }
    var content: [UInt8] = []
    content.append16(0x0020)
    content.append16(UInt16(4 + address.count))
    content += [0, seen.address.isV4 ? 1 : 2]
    content.append16(seen.port ^ 0x2112)
    content += zip(address, mask).map { $0 ^ $1 }
    let name = Array(pod.utf8)
    content.append16(0xc503)
    content.append16(UInt16(name.count))
    content += name + Array(repeating: 0, count: (4 - name.count % 4) % 4)
    var answer: [UInt8] = [1, 1]
    answer.append16(UInt16(content.count))
    answer.append32(0x2112_a442)
    return answer + transaction + content
  }
}

/// A question of the affinity tester: `maartensmagic`, then the Erlang map `%{id: id, seq: seq}`.
struct AffinityQuestion {
  private static let magic = Array("maartensmagic".utf8)

  var id: UInt32
  var sequence: Int

  init(id: UInt32, _ sequence: Int) {
    self.id = id
    self.sequence = sequence
  }

  /// Reads what `bytes` writes and nothing else.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == 38, bytes.starts(with: Self.magic) else { return nil }
    func number(_ range: Range<Int>) -> UInt32 {
      bytes[range].reduce(0) { $0 << 8 | UInt32($1) }
    }
    id = number(24..<28)
    sequence = Int(number(34..<38))
  }

  var bytes: [UInt8] {
    var bytes = Self.magic + [131, 116, 0, 0, 0, 2]
    bytes += [119, 2] + Array("id".utf8) + [98]
    bytes.append32(id)
    bytes += [119, 3] + Array("seq".utf8) + [98]
    bytes.append32(UInt32(sequence))
    return bytes
  }

  func answer(_ seen: Endpoint, _ pod: String) -> [UInt8] {
    var bytes = Self.magic + [131, 116, 0, 0, 0, 3]
    bytes += [119, 8] + Array("pod_name".utf8) + [109]
    bytes.append32(UInt32(pod.utf8.count))
    bytes += Array(pod.utf8)
    bytes += [119, 3] + Array("seq".utf8) + [98]
    bytes.append32(UInt32(sequence))
    let address = seen.address
    let folded =
      UInt32(truncatingIfNeeded: address.high >> 32) ^ UInt32(truncatingIfNeeded: address.high)
      ^ UInt32(truncatingIfNeeded: address.low >> 32) ^ UInt32(truncatingIfNeeded: address.low)
    let masked = (address.isV4 ? address.v4Bits : folded) ^ id
    var value = UInt64(masked) << 16 | UInt64(seen.port ^ UInt16(truncatingIfNeeded: id >> 16))
    bytes += [119, 9] + Array("x_address".utf8) + [110, 6, 0]
    for _ in 0..<6 {
      bytes.append(UInt8(truncatingIfNeeded: value))
      value >>= 8
    }
    return bytes
  }
}
