import CaptureFiles
import Glibc
import Wire

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
