internal import Glibc

/// The bytes of a small file; of one that is larger than the limit the beginning, which is as long at least.
public func bytes(ofSmallFile path: String, upTo limit: Int = 1 << 20) throws(SystemError)
  -> [UInt8]
{
  // SAFETY: the path outlives the call.
  let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard number >= 0 else { throw SystemError(path) }
  let descriptor = Descriptor(owning: number)
  var bytes: [UInt8] = []
  while bytes.count < limit {
    guard let some = readAvailable(descriptor.number) else { throw SystemError(path) }
    guard !some.isEmpty else { break }
    bytes += some
  }
  return bytes
}
