import Glibc
import TestSupport

/// The tests' own API server, `apiserver.py`, on a port that the system chose; it goes with this value.
struct APIServer: ~Copyable {
  let folder: TemporaryFolder
  let port: Int
  private let child: pid_t
  /// The server ends once this is closed.
  private let leash: Int32

  /// `control` is Python that is asked first: see the top of `apiserver.py`.
  init(_ options: [String] = [], control: String = "") throws {
    let folder = try TemporaryFolder()
    let script = "\(Program.root)/Tests/InventoryTests/apiserver.py"
    var words = [script, folder.path] + options
    if !control.isEmpty {
      words += ["--control", try folder.write("control.py", Array(control.utf8))]
    }
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw ServerError(description: "pipe: error \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    var arguments = unsafe (["python3"] + words).map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let path = Command.path(of: "python3") ?? "/usr/bin/python3"
    let failure = unsafe posix_spawn(&child, path, &actions, nil, &arguments, environ)
    close(ends[0])
    guard failure == 0 else { throw ServerError(description: "\(path): error \(failure)") }
    var port = 0
    for _ in 0..<1_200 where port == 0 {
      port = Int(try text(ofFile: "\(folder.path)/port")) ?? 0
      if port == 0 { usleep(50_000) }
    }
    guard port > 0 else {
      close(ends[1])
      throw ServerError(description: "apiserver.py does not begin")
    }
    self.folder = folder
    (self.port, self.child, leash) = (port, child, ends[1])
  }

  deinit {
    close(leash)
    var status: Int32 = 0
    unsafe waitpid(child, &status, 0)
  }

  /// The requests so far, a line each: verb, path, query, who.
  var requests: [String] {
    get throws {
      try text(ofFile: "\(folder.path)/requests").split(separator: "\n").map(String.init)
    }
  }

  /// Has the server execute some Python, and waits until it has.
  func run(_ python: String) throws {
    let partial = try folder.write("do.partial", Array(python.utf8))
    guard unsafe rename(partial, "\(folder.path)/do.py") == 0 else {
      throw ServerError(description: "rename: error \(errno)")
    }
    for _ in 0..<6_000 {
      // SAFETY: access reads the path for the call.
      guard unsafe access("\(folder.path)/do.py", F_OK) == 0 else { return }
      usleep(10_000)
    }
    throw ServerError(description: "apiserver.py does not do as it is told")
  }

  /// Writes a kubeconfig for this server, and says where; `cluster` and `user` are lines of theirs.
  func kubeconfig(
    scheme: String = "https",
    host: String = "127.0.0.1",
    cluster: String = "certificate-authority: ca.crt",
    user: String = "token: abc",
    named name: String = "config"
  ) throws -> String {
    let text = """
      apiVersion: v1
      kind: Config
      current-context: test
      clusters:
      - name: lab
        cluster:
          server: \(scheme)://\(host):\(port)
          \(cluster.split(separator: "\n").joined(separator: "\n    "))
      contexts:
      - name: test
        context: { cluster: lab, user: tester }
      users:
      - name: tester
        user:
          \(user.split(separator: "\n").joined(separator: "\n    "))
      """
    return try folder.write(name, Array(text.utf8))
  }

  /// `stickler inventory` on this server.
  func inventory(
    _ options: String = "",
    config: String? = nil
  ) throws -> (output: String, errors: String, status: Int32) {
    try Program.run("inventory --kubeconfig '\(config ?? kubeconfig())' \(options)")
  }
}

struct ServerError: Error, CustomStringConvertible {
  var description: String
}
