import CommandLineKit
import Glibc
import System

/// A file of `NAME=value` lines, as `docker run --env-file` reads it.
struct EnvironmentFile {
  private var values: [String: String] = [:]

  init(_ path: String) throws(Failure) {
    // SAFETY: the path is a C string during the call.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw Failure("read \(path)", errno: errno) }
    let descriptor = Descriptor(owning: number)
    var bytes: [UInt8] = []
    while bytes.count < 1 << 20, let more = readAvailable(descriptor.number), !more.isEmpty {
      bytes += more
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    for line in lines where !line.hasPrefix("#") {
      guard let equals = line.firstIndex(of: "=") else { continue }
      values[String(line[..<equals])] = String(line[equals...].dropFirst())
    }
  }

  subscript(name: String) -> String? {
    values[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}
