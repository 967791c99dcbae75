internal import Glibc
internal import System

/// The bytes of a configuration, a token or a certificate, which are small.
func bytes(ofSmallFile path: String) throws(AccessError) -> [UInt8] {
  let limit = 4 << 20
  let bytes: [UInt8]
  do throws(SystemError) {
    bytes = try System.bytes(ofSmallFile: path, upTo: limit + 1)
  } catch {
    throw AccessError(path, error.reason, isPassing: true)
  }
  guard bytes.count <= limit else { throw AccessError(path, "larger than \(limit >> 20) MiB") }
  return bytes
}

func isReadable(_ path: String) -> Bool {
  // SAFETY: access reads the path, which Swift keeps alive as a C string for the call.
  unsafe access(path, R_OK) == 0
}
