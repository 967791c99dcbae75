internal import Glibc

/// Where a file's bytes come from as they are stored: a descriptor, or memory.
struct ByteInput: ~Copyable, Sendable {
  private enum Origin {
    case descriptor(Int32, isOwned: Bool)
    case memory([UInt8])
  }

  let name: String
  private let origin: Origin
  /// How many bytes were taken.
  private(set) var position: UInt64 = 0

  init(path: String) throws(CaptureFileError) {
    // SAFETY: the string outlives the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CaptureFileError(file: path, operation: .open, reason: systemReason())
    }
    name = path
    origin = .descriptor(descriptor, isOwned: true)
  }

  /// Reads a descriptor that stays open.
  init(descriptor: Int32, name: String) {
    self.name = name
    origin = .descriptor(descriptor, isOwned: false)
  }

  init(bytes: [UInt8], name: String) {
    self.name = name
    origin = .memory(bytes)
  }

  deinit {
    if case .descriptor(let descriptor, isOwned: true) = origin { close(descriptor) }
  }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// The length of a regular file; `nil` for a pipe.
  var length: UInt64? {
    switch origin {
    case .memory(let bytes): return UInt64(bytes.count)
    case .descriptor(let descriptor, _):
      var status = stat()
      // SAFETY: the system fills the structure, and keeps no pointer to it.
      guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        return nil
      }
      return UInt64(max(0, status.st_size))
    }
  }

  /// Fills some of `bytes` from `start` on; 0 is the end.
  mutating func read(into bytes: inout [UInt8], at range: Range<Int>) throws(CaptureFileError)
    -> Int
  {
    precondition(range.upperBound <= bytes.count, "a read needs room")
    guard !range.isEmpty else { return 0 }
    let count =
      switch origin {
      case .descriptor(let descriptor, _):
        try read(descriptor, into: &bytes, at: range)
      case .memory(let memory):
        copy(memory, into: &bytes, at: range)
      }
    position += UInt64(count)
    return count
  }

  private func copy(_ memory: [UInt8], into bytes: inout [UInt8], at range: Range<Int>) -> Int {
    let start = Int(position)
    let count = min(range.count, memory.count - start)
    bytes.replaceSubrange(
      range.lowerBound..<range.lowerBound + count,
      with: memory[start..<start + count]
    )
    return count
  }

  private func read(_ descriptor: Int32, into bytes: inout [UInt8], at range: Range<Int>)
    throws(CaptureFileError) -> Int
  {
    while true {
      // SAFETY: the range lies in the buffer, which the caller's check made sure of.
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(
          descriptor,
          buffer.baseAddress?.advanced(by: range.lowerBound),
          range.count
        )
      }
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // SAFETY: one structure, which outlives the call.
        _ = unsafe poll(&wait, 1, -1)
      default:
        let isDirectory = errno == EISDIR
        throw CaptureFileError(
          file: name,
          operation: .read,
          reason: isDirectory ? "this is a directory, not a capture" : systemReason(),
          offset: isDirectory ? nil : position
        )
      }
    }
  }
}

/// What the system says of its last refusal.
func systemReason() -> String {
  // SAFETY: a C string that stays as it is until this thread's next call, by when it is copied.
  unsafe String(cString: strerror(errno))
}
