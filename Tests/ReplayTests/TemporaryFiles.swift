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
