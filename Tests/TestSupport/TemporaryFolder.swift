internal import Glibc

/// A folder of one test, removed with all its files at the end.
public struct TemporaryFolder: ~Copyable {
  public let path: String

  public init() throws {
    var template = Array("/tmp/stickler-XXXXXX".utf8CString)
    guard let made = unsafe mkdtemp(&template) else {
      throw CommandError(description: "mkdtemp: \(errno)")
    }
    path = unsafe String(cString: made)
  }

  deinit {
    for name in names { unsafe unlink("\(path)/\(name)") }
    unsafe rmdir(path)
  }

  /// The files in it.
  public var names: [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a file in it, and says where.
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = "\(path)/\(name)"
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    defer { close(descriptor) }
    guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw CommandError(description: "\(file): error \(errno)")
    }
    return file
  }
}
