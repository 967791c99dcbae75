/// What a process may do beside what its user may, as the kernel's bits (linux/capability.h).
public struct Capabilities: OptionSet, Hashable, Sendable {
  public var rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  public static let setGroup = Self(rawValue: 1 << 6)
  public static let setUser = Self(rawValue: 1 << 7)
  public static let netAdmin = Self(rawValue: 1 << 12)
  public static let netRaw = Self(rawValue: 1 << 13)

  /// Those that this process can use now; none where the kernel does not tell.
  public static func effective() -> Self {
    let digits = ownStatus("CapEff")
    return Self(rawValue: digits.flatMap { UInt64($0, radix: 16) } ?? 0)
  }
}

/// A line of /proc/self/status by its name, such as `Threads`.
func ownStatus(_ name: String) -> Substring? {
  let lines = systemText("/proc/self/status")?.split(separator: "\n")
  guard let line = lines?.first(where: { $0.hasPrefix(name + ":") }) else { return nil }
  return line.dropFirst(name.count + 1).drop { $0.isWhitespace }
}
