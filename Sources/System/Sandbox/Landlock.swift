internal import CLinux
internal import Glibc

/// The kernel's way to let a process reach some files and ports only (Linux 5.13; landlock(7)).
///
/// Each version can forbid more. What a version does not know stays allowed.
struct Landlock {
  let version: Int32

  static let absence = "this kernel has none, or not switched on (lsm=landlock)"

  static func find() -> Self? {
    let version = stickler_landlock_version()
    return version > 0 ? Self(version: version) : nil
  }

  /// Rights in files, as the kernel's bits.
  struct FileRights: OptionSet {
    var rawValue: UInt64

    static let write = Self(rawValue: 1 << 1)
    static let read = Self(rawValue: 1 << 2)
    static let list = Self(rawValue: 1 << 3)
    static let removeFolder = Self(rawValue: 1 << 4)
    static let removeFile = Self(rawValue: 1 << 5)
    static let makeFolder = Self(rawValue: 1 << 7)
    static let makeFile = Self(rawValue: 1 << 8)
    static let moveBetweenFolders = Self(rawValue: 1 << 13)
    static let truncate = Self(rawValue: 1 << 14)

    /// What can be asked of a file; the others are of folders.
    static let ofFiles: Self = [.write, .read, .truncate]
    static let reading: Self = [.read, .list]
    static let keeping: Self = [
      .reading, .write, .removeFolder, .removeFile, .makeFolder, .makeFile, .moveBetweenFolders,
      .truncate,
    ]

    /// All that a version knows: 13 at first, then moving, truncating, and the controls of devices.
    static func known(to version: Int32) -> Self {
      let bits: UInt64 =
        switch version {
        case ...1: 13
        case 2: 14
        case 3, 4: 15
        default: 16
        }
      return Self(rawValue: (1 << bits) - 1)
    }
  }

  private static let listen: UInt64 = 1 << 0
  private static let connect: UInt64 = 1 << 1
  /// Sockets without a name in the file system, and signals, of other processes.
  private static let allScopes: UInt64 = 3

  /// Where every program reads: the kernel's tables, names of hosts, certificates, and libraries that are loaded late.
  static let common = [
    "/proc", "/sys", "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",
    "/etc/gai.conf", "/etc/services", "/etc/ld.so.cache", "/etc/ssl", "/etc/pki",
    "/etc/ca-certificates", "/usr/share/ca-certificates", "/lib", "/lib64", "/usr/lib",
    "/usr/lib64",
  ]

  func enter(_ sandbox: Sandbox) -> SandboxReport.State {
    let files = FileRights.known(to: version)
    let ports = handledPorts(sandbox)
    let number = stickler_landlock_create(
      version,
      files.rawValue,
      ports,
      version >= 6 ? Self.allScopes : 0
    )
    guard number >= 0 else { return Sandbox.state("", number) }
    let rules = Descriptor(owning: number)
    for path in Self.common + sandbox.readable { allow(.reading, at: path, in: rules) }
    for path in sandbox.writable { allow(.keeping, at: path, in: rules) }
    if version >= 4 {
      for (set, right) in [(sandbox.connected, Self.connect), (sandbox.listened, Self.listen)] {
        for port in set ?? [] { _ = stickler_landlock_allow_port(rules.number, port, right) }
      }
    }
    return Sandbox.state(description(ports), stickler_landlock_enforce(rules.number))
  }

  /// What is not there needs no right: only what is allowed can be reached.
  private func allow(_ rights: FileRights, at path: String, in rules: borrowing Descriptor) {
    // SAFETY: the path outlives the call.
    let number = unsafe stickler_open_place(path)
    guard number >= 0 else { return }
    let place = Descriptor(owning: number)
    let wanted = rights.intersection(.known(to: version))
    // Where that is a file, the rights of folders are refused.
    if stickler_landlock_allow_path(rules.number, place.number, wanted.rawValue) != 0 {
      let fewer = wanted.intersection(.ofFiles).rawValue
      _ = stickler_landlock_allow_path(rules.number, place.number, fewer)
    }
  }

  private func handledPorts(_ sandbox: Sandbox) -> UInt64 {
    guard version >= 4 else { return 0 }
    return (sandbox.listened == nil ? 0 : Self.listen)
      | (sandbox.connected == nil ? 0 : Self.connect)
  }

  private func description(_ ports: UInt64) -> String {
    let parts = ["files"] + (ports != 0 ? ["TCP ports"] : []) + (version >= 6 ? ["signals"] : [])
    return "Landlock \(version) (\(parts.joined(separator: ", ")))"
  }

  var description: String { description(version >= 4 ? Self.connect : 0) }
}
