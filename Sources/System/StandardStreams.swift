internal import Glibc

/// Writes bytes to a descriptor, whole and at once: nothing stays in a buffer of ours.
///
/// - Returns: whether everything was taken; a reader that went away is the usual reason why not.
@discardableResult
public func write(_ text: String, to number: Int32) -> Bool {
  var text = text
  return text.withUTF8 { bytes in
    var offset = 0
    while offset < bytes.count {
      // SAFETY: the rest of the text, which stays during the call.
      let rest = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[offset...])
      let written = unsafe Glibc.write(number, rest.baseAddress, rest.count)
      if written > 0 {
        offset += written
      } else if errno == EAGAIN {
        var watched = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        // SAFETY: one structure, read and written during the call.
        unsafe _ = poll(&watched, 1, 1_000)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}

/// Whether a descriptor is a terminal.
public func isTerminal(_ number: Int32) -> Bool {
  isatty(number) == 1
}

/// Reads what is there, up to `count` bytes; empty at the end, nil when nothing waits or the read failed.
public func readAvailable(_ number: Int32, upTo count: Int = 65_536) -> [UInt8]? {
  var result = 0
  // SAFETY: as many bytes are initialized as are said to be.
  let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    // SAFETY: the kernel writes at most the buffer's length.
    result = unsafe read(number, buffer.baseAddress, buffer.count)
    initialized = max(0, result)
  }
  return result < 0 ? nil : bytes
}
