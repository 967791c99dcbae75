import System
import TestSupport
import Testing

/// `SandboxCheck` enters the sandbox and tries what it should not be able to, and what it must.
@Suite struct SandboxTests {
  static let comment: Comment =
    "needs root, network namespaces, setpriv, seccomp, and Landlock that knows ports (Linux 6.7)"
  static let isPossible =
    Namespace.isPossible && Command.path(of: "setpriv") != nil
    && Sandbox.prospect().enforced.contains { $0.contains("TCP ports") }
    && Sandbox.prospect().missing.isEmpty

  static func check(_ words: String, before: String = "") throws -> (output: String, status: Int32)
  {
    let folder = try TemporaryFolder()
    let ended = try Namespace.run(
      """
      chmod 755 '\(folder.path)'
      \(before) "${stickler%/*}/SandboxCheck" \(words.replacing("FOLDER", with: folder.path + "/spool")) >'\(folder.path)/out'
      status=$?
      # What another kernel's Landlock can do is told otherwise.
      sed "s/Landlock [0-9]*/Landlock/; s/, signals)/)/; s|\(folder.path)|.|g" '\(folder.path)/out'
      rm -rf '\(folder.path)/spool' /tmp/stickler-sandbox-check
      exit $status
      """
    )
    #expect(ended.errors == "")
    return (ended.output, ended.status)
  }

  static let whole = """
    sandbox: no_new_privs, Landlock (files, TCP ports), user 65532, no capabilities, seccomp
    Uid: 65532 65532 65532 65532
    Gid: 65532 65532 65532 65532
    Groups:
    CapInh: 0000000000000000
    CapPrm: 0000000000000000
    CapEff: 0000000000000000
    CapAmb: 0000000000000000
    NoNewPrivs: 1
    Seccomp: 2
    write a file of root: Permission denied
    read a file of all: Permission denied
    make a file where all may: Permission denied
    read /proc: works
    raw socket: Operation not permitted
    packet socket: Operation not permitted
    foreign socket: Operation not permitted
    TCP to 9: Connection refused
    TCP to 10: Permission denied
    spool file: works
    spool write: works
    spool truncate: works
    spool rename: works
    spool remove: works
    captured: true
    thread: started
    new process: Operation not permitted
    execve: Operation not permitted

    """

  @Test(
    .enabled(if: isPossible, comment),
    arguments: ["", "setpriv --bounding-set=-all,+net_raw,+setuid,+setgid --inh-caps=-all"]
  )
  func `all of it holds, from root and from the three capabilities that the agent is given`(
    before: String
  ) throws {
    let ended = try Self.check("strict FOLDER", before: before)
    #expect(ended.output == Self.whole)
    #expect(ended.status == 0)
  }

  @Test(.enabled(if: isPossible, comment))
  func `packet sockets can be opened later where CAP_NET_RAW is kept, and no other raw one`() throws
  {
    let ended = try Self.check("strict FOLDER raw")
    let expected = Self.whole
      .replacing("no capabilities", with: "no capability but CAP_NET_RAW")
      .replacing("CapPrm: 0000000000000000", with: "CapPrm: 0000000000002000")
      .replacing("CapEff: 0000000000000000", with: "CapEff: 0000000000002000")
      .replacing("packet socket: Operation not permitted", with: "packet socket: works")
    #expect(ended.output == expected)
  }

  @Test(.enabled(if: isPossible, comment))
  func `without a sandbox all of that works`() throws {
    let ended = try Self.check("off FOLDER")
    let works = [
      "sandbox: off", "Uid: 0 0 0 0", "write a file of root: works", "read a file of all: works",
      "make a file where all may: works", "raw socket: works", "packet socket: works",
      "TCP to 10: Connection refused", "new process: works",
    ]
    let lines = ended.output.split(separator: "\n").map(String.init)
    for line in works { #expect(lines.contains(line), "\(ended.output)") }
    #expect(!ended.output.contains("execve"), "it became another program")
  }

  static let incomplete = [
    (
      "strict FOLDER", "setpriv --bounding-set=-setuid,-setgid --inh-caps=-all",
      "failed: the sandbox is not complete: without another user: it stays root, CAP_SETUID and CAP_SETGID are not "
        + "given to it; --sandbox best-effort goes on with what there is", Int32(1)
    ),
    (
      "best-effort FOLDER", "setpriv --bounding-set=-setuid,-setgid --inh-caps=-all",
      "sandbox: no_new_privs, Landlock (files, TCP ports), no capabilities, seccomp; without another user: it stays "
        + "root, CAP_SETUID and CAP_SETGID are not given to it", 0
    ),
    (
      "strict FOLDER thread", "",
      "failed: the sandbox is not complete: without Landlock: other threads exist, for which it does not hold; without "
        + "dropped capabilities: other threads exist, for which it does not hold; --sandbox best-effort goes on with what "
        + "there is", 1
    ),
    (
      "strict FOLDER/missing/folder", "",
      "failed: the sandbox is not complete: ./spool/missing/folder cannot be made, No such file or directory; "
        + "--sandbox best-effort goes on with what there is", 1
    ),
  ]

  @Test(.enabled(if: isPossible, comment), arguments: incomplete)
  func `what cannot be enforced is told, and strict goes on with nothing less`(
    words: String,
    before: String,
    first: String,
    status: Int32
  ) throws {
    let ended = try Self.check(words, before: before)
    #expect(ended.output.hasPrefix(first), "\(ended.output)")
    #expect(ended.status == status)
  }

  @Test func `a report is one line`() {
    var report = SandboxReport(.bestEffort)
    report.add(.noNewPrivileges, .enforced("no_new_privs"))
    report.add(.places, .missing("this kernel has none"))
    #expect(report.description == "no_new_privs; without Landlock: this kernel has none")
    #expect(SandboxReport(.off).description == "off")
  }
}
