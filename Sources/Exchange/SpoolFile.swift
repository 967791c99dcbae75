internal import Glibc
internal import System
internal import Wire

/// One of a spool's IPFIX files, named after its place among them: `0000000042.ipfix`.
struct SpoolFile: Sendable {
  let directory: String
  let number: UInt64
  var length: UInt64 = 0

  init(directory: String, number: UInt64) {
    self.directory = directory
    self.number = number
  }

  private static let ending = ".ipfix"
  private static let digits = 10

  var path: String {
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

  /// Cuts off what is behind the last whole message, and says how many bytes that was; an empty file goes.
  mutating func mend() throws(SystemError) -> Int {
    var reader = try MessageReader(path: path)
    var message: [UInt8] = []
    while try reader.next(into: &message) {}
    length = reader.offset
    var status = stat()
    // SAFETY: the system fills the structure, and keeps no pointer to it or to the path.
    guard unsafe stat(path, &status) == 0 else { throw SystemError(path, code: errno) }
    let rest = Int(status.st_size) - Int(length)
    if length == 0 {
      remove()
    } else if rest > 0 {
      // SAFETY: the path outlives the call.
      guard unsafe truncate(path, off_t(length)) == 0 else {
        throw SystemError("mend \(path)", code: errno)
      }
    }
    return max(0, rest)
  }

  /// How many records the file holds.
  func recordCount() -> Int {
    guard var reader = try? MessageReader(path: path) else { return 0 }
    var decoder = MessageDecoder()
    var decoded = DecodedMessage()
    var message: [UInt8] = []
    while (try? reader.next(into: &message)) == true {
      _ = decoder.decode(message.span, into: &decoded)
      decoded.removeAll()
    }
    return decoder.counts.records
  }

  func remove() {
    // SAFETY: the path outlives the call. What cannot be removed is found again when the folder is opened.
    unsafe unlink(path)
  }
}
