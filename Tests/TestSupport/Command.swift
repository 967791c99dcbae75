internal import Glibc

/// A program that tests run and whose output they read: what other tools say of what we wrote.
public struct Command {
  /// What the program wrote to its standard output; its errors stay visible in the test's own.
  public var output: String
  /// The exit status, or 128 and the signal that ended it.
  public var status: Int32

  /// Finds a program in the `PATH`; a name with a slash is a path already.
  public static func path(of program: String) -> String? {
    if program.contains("/") { return unsafe access(program, X_OK) == 0 ? program : nil }
    // SAFETY: the string that `getenv` finds is copied at once.
    let list = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/bin"
    return list.split(separator: ":").map { "\($0)/\(program)" }.first {
      unsafe access($0, X_OK) == 0
    }
  }

  /// Runs a program of the `PATH` to its end.
  public init(_ program: String, _ arguments: [String]) throws {
    guard let path = Self.path(of: program) else {
      throw CommandError(description: "\(program) is not installed")
    }
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw CommandError(description: "pipe: error \(errno)") }
    // A program that another test starts must not hold this pipe open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    // SAFETY: the copies outlive the call, and are released behind it.
    var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let failure = unsafe posix_spawn(&child, path, &actions, nil, &words, environ)
    close(ends[1])
    guard failure == 0 else { throw CommandError(description: "\(path): error \(failure)") }

    var bytes: [UInt8] = []
    var block = Array(repeating: UInt8(0), count: 65_536)
    while true {
      let count = unsafe read(ends[0], &block, block.count)
      guard count > 0 else { break }
      bytes += block[..<count]
    }
    output = String(decoding: bytes, as: UTF8.self)
    var ending: Int32 = 0
    unsafe waitpid(child, &ending, 0)
    status = ending & 0x7f == 0 ? ending >> 8 & 0xff : 128 + ending & 0x7f
  }
}

public struct CommandError: Error, CustomStringConvertible {
  public var description: String
}
