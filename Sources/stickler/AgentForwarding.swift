import CommandLineKit
import Glibc
import System

/// `stickler agent`: another program, which links less and so may be let do more; this one becomes it.
enum AgentForwarding {
  /// Stands in lists; its options are the other program's own.
  static let command = Command(
    "agent",
    summary: "watch this node for a collector (stickler-agent)",
    discussion: "Runs `stickler-agent` with the same options: see its own help.",
    examples: [
      Command.Example(
        "a node of a cluster",
        "stickler agent --collector stickler-collector:4740 --tls-ca ca.crt --token-file token"
      )
    ],
    body: absent
  )

  /// Becomes the agent where that is what is asked for, and returns where it is not, or is not there.
  static func becomeAgentIfAsked() {
    guard CommandLine.arguments.dropFirst().first == "agent" else { return }
    let words = ["stickler-agent"] + CommandLine.arguments.dropFirst(2)
    // SAFETY: the copies live until this process is another program, or fails to be one.
    var copies = unsafe words.map { unsafe strdup($0) } + [nil]
    if let beside { unsafe execv(beside, &copies) }
    unsafe execvp(words[0], &copies)
    write("stickler: \(absence)\n", to: 2)
    exit(ExitCode.failure.rawValue)
  }

  @Sendable
  private static func absent(_: Arguments, _: inout Console) throws(Failure) -> ExitCode {
    throw Failure(absence)
  }

  private static let absence =
    "stickler-agent is neither beside stickler nor in PATH; make install puts it there"

  /// Where the agent is installed with this program.
  private static var beside: String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    // SAFETY: at most the buffer's length is written, and its last byte stays zero.
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return nil }
    let own = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let slash = own.lastIndex(of: "/") else { return nil }
    return own[...slash] + "stickler-agent"
  }
}
