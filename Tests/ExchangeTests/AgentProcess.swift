import Glibc
import System
import TestSupport
import Testing
import Wire

/// A `stickler-agent` that runs, killed at the end if it still does.
struct AgentProcess: ~Copyable {
  let folder: TemporaryFolder
  private(set) var number: pid_t = 0

  /// Beside the tests' own executable.
  static let path = Program.path + "-agent"

  init() throws {
    let folder = try TemporaryFolder()
    // Once in its sandbox it is another user, who has to come through to the spool.
    #expect(try Command("chmod", ["755", folder.path]).status == 0)
    self.folder = folder
  }

  var spool: String { "\(folder.path)/spool" }

  /// Starts it with these options, and says what it then says in `log`.
  ///
  /// Where its disk is full, that is a small one in a mount namespace of its own.
  mutating func start(
    _ options: String,
    http: String = "--no-http",
    isDiskFull: Bool = false
  ) throws {
    var words =
      "exec '\(Self.path)' \(http) --node n1 --block-timeout 20ms --spool '\(spool)' \(options)"
    if isDiskFull {
      let small = "mkdir '\(spool)' && mount -t tmpfs -o size=64k none '\(spool)'"
      let file = try folder.write(
        "start",
        Array("\(small); head -c 64k /dev/zero >'\(spool)/filler'; \(words)".utf8)
      )
      words = "exec unshare --mount --propagation private sh '\(file)'"
    }
    let command = "{ \(words); } >>'\(folder.path)/log' 2>&1 </dev/null & echo $!"
    number = pid_t(try Command("sh", ["-c", command]).output.filter(\.isNumber)) ?? 0
    #expect(number > 1)
  }

  var log: String { (try? text(ofFile: "\(folder.path)/log")) ?? "" }

  var isRunning: Bool { number > 1 && kill(number, 0) == 0 }

  /// Ends it by a signal, and waits until it is gone.
  mutating func end(_ signal: Int32, meanwhile: () -> Void = {}) {
    guard number > 1 else { return }
    kill(number, signal)
    let end = Instant.now() + .seconds(10)
    while isRunning, Instant.now() < end {
      meanwhile()
      sleep(until: .now() + .milliseconds(5))
    }
    let isGone = !isRunning
    #expect(isGone, "the agent has ended")
    number = 0
  }

  deinit {
    if number > 1 { kill(number, SIGKILL) }
    _ = try? Command("rm", ["-rf", "\(folder.path)/spool"])
  }
}
