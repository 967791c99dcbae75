internal import Glibc

/// The text of a small file of /proc or /sys; nil where it cannot be read.
public func systemText(_ path: String) -> String? {
  // SAFETY: the path outlives the call.
  let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard number >= 0 else { return nil }
  let descriptor = Descriptor(owning: number)
  var bytes: [UInt8] = []
  while bytes.count < 1 << 20, let some = readAvailable(descriptor.number), !some.isEmpty {
    bytes += some
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// The one number that such a file holds.
public func systemNumber(_ path: String) -> Int? {
  guard let text = systemText(path) else { return nil }
  return Int(text.prefix { !$0.isWhitespace })
}

/// The kernel's release, such as `6.18.44`.
public func kernelRelease() -> String {
  systemText("/proc/sys/kernel/osrelease").map { String($0.prefix { $0 != "\n" }) } ?? "unknown"
}
