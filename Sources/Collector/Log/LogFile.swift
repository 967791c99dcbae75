internal import Glibc
internal import System
internal import Wire

/// One file of the log: messages of one node, as they came, behind a hello that says whose they are.
///
/// `0000000042.ipfix`: numbers grow, whatever node a file is of.
struct LogFile: Sendable {
  let directory: String
  let number: UInt64
  var node: Int?
  var length: UInt64 = 0
  var observations = 0
  /// The last moment that is told of in it.
  var newest = Timestamp(nanoseconds: .min)

  init(directory: String, number: UInt64) {
    self.directory = directory
    self.number = number
  }

  private static let ending = ".ipfix"
  private static let digits = 10

  var path: String {
    let number = String(number)
    let zeros = String(repeating: "0", count: max(0, Self.digits - number.utf8.count))
    return "\(directory)/\(zeros)\(number)\(Self.ending)"
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

  func remove() {
    // SAFETY: the path outlives the call. What cannot be removed is found again when the folder is opened.
    unsafe unlink(path)
  }
}
