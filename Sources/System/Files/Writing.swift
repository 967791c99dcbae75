internal import Glibc

/// Puts a file in its place once the disk holds all of it: nobody finds half of it, also after a crash.
public func replaceFile(_ path: String, by bytes: [UInt8]) throws(SystemError) {
  let partial = "\(path).partial"
  // SAFETY: the path outlives the call.
  let number = unsafe open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  guard number >= 0 else { throw SystemError("make \(partial)") }
  let file = Descriptor(owning: number)
  var problem = writeWhole(bytes, to: file.number)
  if problem == nil, fdatasync(file.number) != 0 { problem = errno }
  // SAFETY: both paths outlive the call.
  if problem == nil, unsafe rename(partial, path) != 0 { problem = errno }
  guard let problem else { return }
  // SAFETY: the path outlives the call.
  unsafe unlink(partial)
  throw SystemError("write \(path)", code: problem)
}

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
