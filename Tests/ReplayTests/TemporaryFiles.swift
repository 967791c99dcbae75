import CaptureFiles
import Glibc
import Wire
import Workbench

/// A recording of this repository.
func recording(_ name: String, here: String = #filePath) -> String {
  "/" + here.split(separator: "/").dropLast(3).joined(separator: "/") + "/captures/" + name
}

/// Captures made from a pcap file; they go when this goes.
final class TemporaryFiles {
  private(set) var paths: [String] = []

  /// Splits the file as a ring of captures is split.
  init(splitting path: String, into count: Int) throws {
    let pieces = try Self.records(of: path)
    var files = Array(repeating: pieces[0], count: count)
    for index in pieces.indices.dropFirst() {
      files[(index - 1) * count / (pieces.count - 1)] += pieces[index]
    }
    for bytes in files { try write(bytes) }
  }

  /// Copies the file, with an impossible record length in its middle.
  init(damaging path: String) throws {
    var pieces = try Self.records(of: path)
    let middle = 1 + (pieces.count - 1) / 2
    pieces[middle].replaceSubrange(8..<12, with: [0xff, 0xff, 0xff, 0x7f])
    try write(Array(pieces.joined()))
  }

  /// Writes the file as programs write it that take several interfaces in turns, a quarter of a second of each.
  init(inTurnsOf path: String) throws {
    var reader = try CaptureReader(path: path)
    var bytes: [UInt8] = []
    var encoder = PcapngEncoder(application: "turns", to: &bytes)
    let numbers = (0..<2).map { number in
      let link = reader.interfaces[0].linkType
      return encoder.add(
        interface: CaptureInterface(linkType: link, name: "eth\(number)"),
        to: &bytes
      )
    }
    var batch = RecordBatch()
    var all: [(turn: Int64, packet: PcapngEncoder.Packet, frame: [UInt8])] = []
    while try reader.next(into: &batch) {
      for record in batch.records {
        let frame = Array(batch.bytes[record.range])
        // What the cooked header says that it was taken at.
        let number = numbers[Int(frame[7]) % 2]
        let packet = PcapngEncoder.Packet(
          time: record.time,
          originalLength: record.originalLength,
          interface: number
        )
        all.append((record.time.nanoseconds / 250_000_000 * 2 + Int64(number), packet, frame))
      }
    }
    all.sort { $0.turn < $1.turn }
    for one in all { encoder.append(one.packet, frame: one.frame.span, to: &bytes) }
    try write(bytes)
  }

  /// Writes many frames, some of which come some milliseconds late; the second file has them in order.
  init(someLateOf packets: Int) throws {
    var bytes: [UInt8] = []
    BenchCapture(.any, packets: packets).forEachChunk { bytes += $0 }
    var reader = try CaptureReader(bytes: bytes, name: "bench")
    var generator = SeededGenerator(seed: 1)
    var batch = RecordBatch()
    var all: [(arrival: Timestamp, time: Timestamp, frame: [UInt8])] = []
    while try reader.next(into: &batch) {
      for record in batch.records {
        let delay = generator.chance(0.01) ? generator.below(900) : 0
        let frame = Array(batch.bytes[record.range])
        all.append((record.time + .microseconds(Int64(delay)), record.time, frame))
      }
    }
    for isLate in [true, false] {
      if isLate { all.sort { $0.arrival < $1.arrival } } else { all.sort { $0.time < $1.time } }
      var file: [UInt8] = []
      let encoder = PcapEncoder(linkType: .linuxCookedV2, to: &file)
      for one in all {
        encoder.append(
          one.frame.span,
          at: one.time,
          originalLength: UInt32(one.frame.count),
          to: &file
        )
      }
      try write(file)
    }
  }

  /// Writes datagrams that a bridge's port and the bridge saw at one time, before and after their translation; the bridge's
  /// first.
  init(bridged count: Int) throws {
    func end(_ address: UInt32, _ port: UInt16) -> Endpoint {
      Endpoint(IPAddress(v4: address), port)
    }
    let (client, pod) = (end(0x0af4_0203, 40_000), end(0x0af4_0302, 53))
    let service = end(0x0a60_000a, 53)
    var bytes: [UInt8] = []
    var encoder = PcapngEncoder(application: "bridge", to: &bytes)
    let interfaces = ["cni0", "veth1"].map { name in
      encoder.add(interface: CaptureInterface(linkType: .ethernet, name: name), to: &bytes)
    }
    let link = Link.ethernet(from: MACAddress(1), to: MACAddress(2))
    for number in 0..<count {
      for (interface, destination) in zip(interfaces, [pod, service]) {
        let payload = Array("question number \(number)".utf8)
        var segment = UDPSegment(FiveTuple(from: client, to: destination), payload: payload).packet
        segment.identification = UInt32(number + 1)
        let frame = link.frame(segment)
        let packet = PcapngEncoder.Packet(
          time: Timestamp(nanoseconds: 1_000_000_000_000 + Int64(number) * 10_000_000),
          originalLength: UInt32(frame.count),
          interface: interface
        )
        encoder.append(packet, frame: frame.span, to: &bytes)
      }
    }
    try write(bytes)
  }

  deinit {
    // SAFETY: the string outlives the call.
    for path in paths { unsafe unlink(path) }
  }

  /// The file's header, then each of its records.
  private static func records(of path: String) throws -> [[UInt8]] {
    var reader = try CaptureReader(path: path)
    var header: [UInt8] = []
    let encoder = PcapEncoder(linkType: reader.interfaces[0].linkType, to: &header)
    var pieces = [header]
    var batch = RecordBatch()
    while try reader.next(into: &batch) {
      for record in batch.records {
        var piece: [UInt8] = []
        encoder.append(
          batch.bytes(of: record),
          at: record.time,
          originalLength: record.originalLength,
          to: &piece
        )
        pieces.append(piece)
      }
    }
    return pieces
  }

  private func write(_ bytes: [UInt8]) throws {
    let path = "/tmp/stickler-replay-\(UInt64.random(in: 0...UInt64.max)).pcap"
    var file = try OutputFile(path: path)
    var bytes = bytes
    try file.write(&bytes)
    try file.commit()
    paths.append(path)
  }
}
