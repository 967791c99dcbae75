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

  private static let ending = ".ipfix"
  private static let digits = 10

  var byteCount: UInt64 { length + UInt64(tail.count) }
  var recordCount: Int { Int(clamping: end - first) }

  var path: String? {
    guard let directory else { return nil }
    var name: [UInt8] = []
    name.append(decimal: number, width: Self.digits)
    return "\(directory)/\(String(decoding: name, as: UTF8.self))\(Self.ending)"
  }

  /// The files of a folder, the oldest first; what is called otherwise is not ours.
  static func all(in directory: String) throws(SystemError) -> [Self] {
    // SAFETY: the path outlives the call; the stream is closed below.
    guard let stream = unsafe opendir(directory) else {
      throw SystemError("read \(directory)", code: errno)
    }
    defer { unsafe closedir(stream) }
    var files: [Self] = []
    // SAFETY: an entry is valid until the next call, and its name is copied at once.
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      guard name.hasSuffix(ending), name.utf8.count == digits + ending.utf8.count,
        let number = UInt64(name.dropLast(ending.count))
      else { continue }
      files.append(Self(directory: directory, number: number))
    }
    return files.sorted { $0.number < $1.number }
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
    guard let path else { return }
    // SAFETY: the path outlives the call. What cannot be removed is found again when the folder is opened.
    unsafe unlink(path)
  }
}
