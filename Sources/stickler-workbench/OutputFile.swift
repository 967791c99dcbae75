import Glibc

/// A file that is being written, closed when its owner goes.
struct OutputFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  init(_ path: String) throws(Refusal) {
    self.path = path
    // SAFETY: the path is passed as a terminated copy that lives as long as the call.
    descriptor =
      path == "-" ? 1 : unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.refusal(path) }
  }

  deinit { close(descriptor) }

  func write(_ bytes: borrowing [UInt8]) throws(Refusal) {
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        // SAFETY: `start` lies inside the buffer, which outlives the call.
        unsafe Glibc.write(
          descriptor,
          buffer.baseAddress?.advanced(by: start),
          buffer.count - start
        )
      }
      if written < 0 {
        guard errno == EINTR else { throw Self.refusal(path) }
      } else {
        start += written
      }
    }
  }

  private static func refusal(_ path: String) -> Refusal {
    // SAFETY: strerror returns a string of the C library's own for every number.
    Refusal("\(path): \(unsafe String(cString: strerror(errno)))")
  }
}
