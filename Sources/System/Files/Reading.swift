internal import Glibc

/// The bytes of a small file: of more than a megabyte only the beginning.
public func bytes(ofSmallFile path: String) throws(SystemError) -> [UInt8] {
  // SAFETY: the path outlives the call.
  let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard number >= 0 else { throw SystemError(path) }
  let descriptor = Descriptor(owning: number)
  var bytes: [UInt8] = []
  while bytes.count < 1 << 20 {
    guard let some = readAvailable(descriptor.number) else { throw SystemError(path) }
    guard !some.isEmpty else { break }
    bytes += some
  }
  return bytes
}
