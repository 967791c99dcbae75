internal import Glibc

/// Writes all bytes of a part of the buffer, however many calls that takes; `false` where the system refuses, and
/// `errno` says why.
func writeAll(_ range: Range<Int>, of buffer: [UInt8], to descriptor: Int32) -> Bool {
  var start = range.lowerBound
  while start < range.upperBound {
    // SAFETY: the range lies in the buffer, which the caller made sure of.
    let count = unsafe buffer.withUnsafeBytes { bytes in
      unsafe Glibc.write(
        descriptor,
        bytes.baseAddress?.advanced(by: start),
        range.upperBound - start
      )
    }
    if count >= 0 {
      start += count
    } else if errno == EAGAIN {
      var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      // SAFETY: one structure, which outlives the call.
      _ = unsafe poll(&wait, 1, -1)
    } else if errno != EINTR {
      return false
    }
  }
  return true
}
