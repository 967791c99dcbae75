import Glibc

struct ReadError: Error {
  var path: String
}

/// The bytes of a file.
func contents(of path: String) throws -> [UInt8] {
  // SAFETY: the path is copied before the call returns.
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw ReadError(path: path) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var block = Array(repeating: UInt8(0), count: 1 << 16)
  while true {
    // SAFETY: the system writes at most the block's length into it.
    let count = unsafe read(descriptor, &block, block.count)
    guard count > 0 else { return bytes }
    bytes += block[..<count]
  }
}
