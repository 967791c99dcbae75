internal import Glibc

/// The built program and the repository that it is run in.
public enum Program {
  /// The folder of Package.swift; every path in a golden report is relative to it.
  public static let root = String(#filePath.dropLast("/Tests/TestSupport/Program.swift".count))

  /// Beside the tests' own executable.
  public static let path: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    // SAFETY: readlink writes at most the buffer's length and leaves the rest zero.
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let bytes = buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
    let own = String(decoding: bytes, as: UTF8.self)
    return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/stickler"
  }()

  /// What `stickler WORDS` prints and ends with, run in the repository; `errors` is its standard error.
  public static func run(_ words: String) throws -> (output: String, errors: String, status: Int32)
  {
    let folder = try TemporaryFolder()
    let errors = "\(folder.path)/errors"
    let command = try Command("sh", ["-c", "cd '\(root)' && '\(path)' \(words) 2>'\(errors)'"])
    return (command.output, try text(ofFile: errors), command.status)
  }
}

/// The content of a file; empty where there is none.
public func text(ofFile path: String) throws -> String {
  try Command("sh", ["-c", "cat '\(path)' 2>/dev/null"]).output
}

/// A variable of the environment, such as `UPDATE_EXPECTED`.
public func environment(_ name: String) -> String? {
  // SAFETY: the string is copied at once; no test changes the environment.
  unsafe getenv(name).map { unsafe String(cString: $0) }
}
