internal import Glibc

/// The names in a folder, those of itself and of the one that it is in included.
public func names(inFolder folder: String) throws(SystemError) -> [String] {
  // SAFETY: the path outlives the call; the stream is closed below.
  guard let stream = unsafe opendir(folder) else { throw SystemError("read \(folder)") }
  defer { unsafe closedir(stream) }
  var names: [String] = []
  // SAFETY: an entry is valid until the next call, and its name is copied at once.
  while let entry = unsafe readdir(stream) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
        unsafe String(cString: $0)
      }
    }
    names.append(name)
  }
  return names
}
