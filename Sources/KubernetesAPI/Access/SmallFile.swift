internal import Glibc
internal import System

/// The bytes of a configuration, a token or a certificate, which are small.
func bytes(ofSmallFile path: String) throws(AccessError) -> [UInt8] {
  let limit = 4 << 20
  // SAFETY: open reads the path, which Swift keeps alive as a C string for the call.
  let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard number >= 0 else { throw AccessError(path, systemReason(), isPassing: true) }
  let descriptor = Descriptor(owning: number)
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 16)
  while bytes.count <= limit {
    // SAFETY: read fills at most the block, which it does not keep.
    let count = unsafe read(descriptor.number, &block, block.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw AccessError(path, systemReason(), isPassing: true) }
    guard count > 0 else { return bytes }
    bytes += block[..<count]
  }
  throw AccessError(path, "larger than \(limit >> 20) MiB")
}

func isReadable(_ path: String) -> Bool {
  // SAFETY: access reads the path, which Swift keeps alive as a C string for the call.
  unsafe access(path, R_OK) == 0
}

private func systemReason() -> String {
  let code = errno
  // SAFETY: strerror answers a string for every number; it is copied before another call can change it.
  return unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}
