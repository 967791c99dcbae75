internal import Correlation
internal import Exchange
internal import Glibc
internal import System
internal import Wire

/// What of one node waits to be written, and the files that it goes to.
struct NodeLog: ~Copyable, Sendable {
  /// What is safe: all records of the epoch up to this count.
  struct Mark: Hashable, Sendable {
    var epoch: UInt64
    var sequence: UInt64
  }

  /// A file, and what is to be written to its end.
  private struct Piece: Sendable {
    var file: LogFile
    var epoch: UInt64
    var bytes: [UInt8]
    /// The last record that is told with them.
    var mark: Mark?
  }

  /// The first one is open, if any is; the others have not been made yet.
  private var pieces: [Piece] = []
  private var descriptor: Descriptor?
  private var templates = TemplateKeeper()

  var pendingBytes: Int { pieces.reduce(0) { $0 + $1.bytes.count } }
  var isDirty: Bool { pieces.contains { !$0.bytes.isEmpty } }

  /// Has a message wait to be written; files are begun anew for each epoch, and when they are long enough.
  mutating func append(
    _ message: [UInt8],
    _ told: NodeMessage,
    mostBytes: UInt64,
    _ newFile: () -> LogFile
  ) {
    if let last = pieces.last, last.epoch == told.epoch,
      last.file.length + UInt64(last.bytes.count) < mostBytes
    {
    } else {
      let piece = Piece(
        file: newFile(),
        epoch: told.epoch,
        bytes: beginning(of: told, message)
      )
      pieces.append(piece)
    }
    templates.note(message)
    let last = pieces.count - 1
    pieces[last].bytes += message
    pieces[last].mark = Mark(epoch: told.epoch, sequence: told.end)
    pieces[last].file.note(told.decoded)
  }

  /// Takes note of templates in a message that is not kept.
  mutating func note(_ message: [UInt8]) { templates.note(message) }

  /// What a file begins with: a hello of the log's own, which has no place, and the templates that were told before.
  private func beginning(of told: NodeMessage, _ message: [UInt8]) -> [UInt8] {
    guard let header = MessageHeader(message.span) else { return [] }
    var bytes: [UInt8] = []
    var encoder = MessageEncoder(MessageEncoder.Settings(domain: header.domain))
    let time = Timestamp(nanoseconds: Int64(header.exportTime) * 1_000_000_000)
    let hello = AgentHello(
      node: told.node,
      domain: header.domain,
      epoch: told.epoch,
      sequence: told.place
    )
    encoder.append(hello, at: time) { bytes += $0 }
    encoder.flush(at: time) { bytes += $0 }
    let templates = templates.messages(
      domain: header.domain,
      exportTime: header.exportTime,
      sequence: header.sequence
    )
    return bytes + templates
  }

  /// Writes what waits, and has the disk hold it; answers what is safe by now, and the files that are complete.
  ///
  /// What fails goes on to wait, and the file is as it was.
  mutating func commit() throws(SystemError) -> (safe: [Mark], ended: [LogFile]) {
    var safe: [Mark] = []
    var ended: [LogFile] = []
    while let piece = pieces.first {
      if !piece.bytes.isEmpty {
        try write(piece)
        pieces[0].file.length += UInt64(piece.bytes.count)
        pieces[0].bytes = []
        if let mark = piece.mark { safe.append(mark) }
      }
      guard pieces.count > 1 else { break }
      ended.append(pieces.removeFirst().file)
      descriptor = nil
    }
    return (safe, ended)
  }

  /// The file that is being written.
  var current: LogFile? { pieces.first?.file }

  private mutating func write(_ piece: Piece) throws(SystemError) {
    let path = piece.file.path
    if descriptor == nil {
      // SAFETY: the path outlives the call.
      let number = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard number >= 0 else { throw SystemError("make \(path)", code: errno) }
      descriptor = Descriptor(owning: number)
      try syncFolder(piece.file.directory)
    }
    guard let number = descriptor?.number else { return }
    var problem = writeWhole(piece.bytes, to: number)
    if problem == nil, fdatasync(number) != 0 { problem = errno }
    guard let problem else { return }
    // Nothing may follow the beginning of a message.
    _ = ftruncate(number, off_t(piece.file.length))
    _ = lseek(number, off_t(piece.file.length), SEEK_SET)
    throw SystemError("write \(path)", code: problem)
  }
}

extension LogFile {
  /// Takes note of what is written to it.
  mutating func note(_ decoded: DecodedMessage) {
    observations += decoded.observations.count + decoded.ongoing.count
    for observation in decoded.observations {
      newest = max(newest, observation.moments.upperBound)
    }
    for run in decoded.ongoing { newest = max(newest, Observation.run(run).moments.upperBound) }
    // Up to when its agent ran is told too, where nothing passed.
    for watermark in decoded.watermarks { newest = max(newest, watermark.time) }
  }
}

/// Has the disk hold which files there are.
func syncFolder(_ path: String) throws(SystemError) {
  // SAFETY: the path outlives the call.
  let number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard number >= 0 else { throw SystemError("read \(path)", code: errno) }
  let folder = Descriptor(owning: number)
  _ = fsync(folder.number)
}
