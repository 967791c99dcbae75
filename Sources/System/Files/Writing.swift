internal import Glibc

/// Writes all bytes to a file; answers the error's number where that fails.
public func writeWhole(_ bytes: [UInt8], to number: Int32) -> Int32? {
  var start = 0
  while start < bytes.count {
    // SAFETY: what is left of the array is as long as is said.
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.write(number, buffer.baseAddress?.advanced(by: start), buffer.count - start)
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return count < 0 ? errno : ENOSPC }
    start += count
  }
  return nil
}
