internal import Glibc
internal import System
internal import Wire

/// One of a spool's IPFIX files, named after its place among them: `0000000042.ipfix`.
///
/// What the disk did not take is behind it in memory, so that whoever reads finds it in its order.
struct SpoolFile: Sendable {
  /// Nil where the spool is in memory alone.
  let directory: String?
  let number: UInt64
  /// Whose records they are, and from which to before which.
  var epoch: UInt64 = 0
  var first: UInt64 = 0
  var end: UInt64 = 0
  /// The bytes on disk, and those that come behind them.
  var length: UInt64 = 0
  var tail: [UInt8] = []

  init(directory: String?, number: UInt64) {
    self.directory = directory
    self.number = number
  }

  var byteCount: UInt64 { length + UInt64(tail.count) }
  var recordCount: Int { Int(clamping: end - first) }

  private static func folder(_ directory: String) -> NumberedFiles {
    NumberedFiles(in: directory, ending: ".ipfix")
  }

  var path: String? { directory.map { Self.folder($0).path(of: number) } }

  /// The files of a folder, the oldest first; what is called otherwise is not ours.
  static func all(in directory: String) throws(SystemError) -> [Self] {
    try folder(directory).numbers().map { Self(directory: directory, number: $0) }
  }

  /// Reads what it holds; cuts off what is behind the last whole message, and says how many bytes that was.
  ///
  /// What does not begin with a hello was not left by an agent: `length` stays 0. An empty file goes.
  mutating func survey() throws(SystemError) -> Int {
    guard let path else { return 0 }
    var reader = try MessageReader(path: path)
    var decoder = MessageDecoder()
    var decoded = DecodedMessage()
    var message: [UInt8] = []
    var hello: AgentHello?
    while try reader.next(into: &message) {
      decoded.removeAll()
      _ = decoder.decode(message.span, into: &decoded)
      if hello == nil {
        hello = decoded.hellos.first
        if hello == nil { return 0 }
      }
    }
    var status = stat()
    // SAFETY: the system fills the structure, and keeps no pointer to it or to the path.
    guard unsafe stat(path, &status) == 0 else { throw SystemError(path, code: errno) }
    let rest = Int(status.st_size) - Int(reader.offset)
    guard let hello else {
      remove()
      return max(0, rest)
    }
    if rest > 0 {
      // SAFETY: the path outlives the call.
      guard unsafe truncate(path, off_t(reader.offset)) == 0 else {
        throw SystemError("mend \(path)", code: errno)
      }
    }
    length = reader.offset
    (epoch, first) = (hello.epoch, hello.sequence)
    end = hello.sequence &+ UInt64(decoder.counts.records)
    return max(0, rest)
  }

  func remove() {
    if let directory { Self.folder(directory).remove(number) }
  }
}
