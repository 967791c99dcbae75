/// The text of a small file of /proc or /sys; nil where it cannot be read.
public func systemText(_ path: String) -> String? {
  (try? bytes(ofSmallFile: path)).map { String(decoding: $0, as: UTF8.self) }
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
