import Glibc
import TestSupport
import Testing

/// The built program, beside the tests' own executable.
let program: String = {
  var buffer = [CChar](repeating: 0, count: 4096)
  // SAFETY: readlink writes at most the buffer's length and leaves the rest zero.
  let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
  let own = String(
    decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) },
    as: UTF8.self
  )
  return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/stickler"
}()

/// The folder of Package.swift.
let root = String(#filePath.dropLast("/Tests/LiveTests/Namespace.swift".count))

/// A shell in a network namespace of its own, which goes with it: no packet of a test leaves, and none comes in.
enum Namespace {
  /// Whether this machine lets us make one, and veth pairs in it.
  static let isPossible: Bool = {
    guard geteuid() == 0 else { return false }
    return (try? run("ip link add vethA type veth peer name vethB").status) == 0
  }()

  static let comment: Comment = "needs root, network namespaces and veth pairs"

  /// What a script prints and ends with; `$stickler` is the program, `$tests` the folder of this file.
  static func run(_ script: String) throws -> (output: String, errors: String, status: Int32) {
    let folder = try TemporaryFolder()
    let file = try folder.write("script", Array(script.utf8))
    let errors = "\(folder.path)/errors"
    let command = try Command(
      "unshare",
      [
        "--net", "sh", "-c",
        """
        export stickler='\(program)' tests='\(root)/Tests/LiveTests' PATH=$PATH:/usr/sbin:/sbin
        cd '\(root)'; ip link set lo up; sh '\(file)' 2>'\(errors)'
        """,
      ]
    )
    let told = try Command("cat", [errors]).output
    return (command.output, told, command.status)
  }
}
