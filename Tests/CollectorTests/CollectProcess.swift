import Affinity
import Glibc
import Reporting
import System
import TestSupport
import Testing
import Wire

/// A `stickler collect` that runs, killed at the end if it still does.
struct CollectProcess: ~Copyable {
  let folder: TemporaryFolder
  private(set) var number: pid_t = 0
  /// Where agents are let in, and where readers are.
  private(set) var door: Endpoint
  private(set) var page = Endpoint(IPAddress(v4: 0), 0)
  private var starts = 0

  init() throws {
    folder = try TemporaryFolder()
    // While nobody listens there no other test may be given its port: the system gives out none below 32,768.
    let port = 20_000 + UInt16.random(in: 0..<10_000)
    door = Endpoint(IPAddress(v4: 0x7f00_0001), port)
  }

  var database: String { "\(folder.path)/history.db" }

  /// A small one is in a mount namespace of its own, and goes with the process.
  enum Disk { case usual, small(megabytes: Int) }

  /// Starts it with these options, and waits until it serves.
  mutating func start(_ options: String, on disk: Disk = .usual) throws {
    starts += 1
    let words =
      "'\(Program.path)' collect --listen \(door) --http 0 --db '\(database)' "
      + "--format json --report '\(folder.path)/report' \(options)"
    var script = "exec \(words) >/dev/null 2>&3"
    var unshare = ""
    if case .small(let megabytes) = disk {
      script = "mount -t tmpfs -o size=\(megabytes)m none '\(folder.path)' && \(script)"
      unshare = "unshare --mount --propagation private"
    }
    let file = try folder.write("start", Array(script.utf8))
    let command = "\(unshare) sh '\(file)' 3>'\(logFile)' </dev/null >/dev/null 2>&1 & echo $!"
    number = pid_t(try Command("sh", ["-c", command]).output.filter(\.isNumber)) ?? 0
    try #require(number > 1)
    let served = wait { log in log.firstMatch(of: /the report is at http:..(\S+)\//) != nil }
    try #require(served, "it serves; it says: \(log)")
    let said = log.firstMatch(of: /the report is at http:..(\S+)\//).map { String($0.1) } ?? ""
    page = try #require(Endpoint(said))
  }

  private var logFile: String { "\(folder.path)/log\(starts)" }

  /// What it has said since it was started last.
  var log: String { (try? text(ofFile: logFile)) ?? "" }

  func wait(until holds: (String) -> Bool) -> Bool {
    let end = Instant.now() + .seconds(40)
    while Instant.now() < end {
      if holds(log) { return true }
      sleep(until: .now() + .milliseconds(50))
    }
    return false
  }

  /// A path of its own mounts.
  func seen(_ path: String) -> String { "/proc/\(number)/root\(path)" }

  /// Ends it by a signal, and waits until it is gone.
  mutating func end(_ signal: Int32) {
    guard number > 1 else { return }
    kill(number, signal)
    let end = Instant.now() + .seconds(40)
    while kill(number, 0) == 0, Instant.now() < end { sleep(until: .now() + .milliseconds(5)) }
    let isGone = kill(number, 0) != 0
    #expect(isGone, "the collector has ended")
    number = 0
  }

  /// Ends it in order, and reads its last report.
  mutating func report() throws -> Report {
    end(SIGTERM)
    let json = try text(ofFile: "\(folder.path)/report")
    return try StoredReport(json: Array(json.utf8)).report
  }

  /// What a reader gets of a path, and how.
  func get(_ path: String) throws -> (status: String, body: String) {
    let url = "http://\(page)\(path)"
    let told = try Command("curl", ["-s", "-m", "20", "-w", "\n%{http_code}", url]).output
    let lines = told.split(separator: "\n", omittingEmptySubsequences: false)
    return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
  }

  deinit {
    if number > 1 { kill(number, SIGKILL) }
    _ = try? Command("rm", ["-rf", "\(database).log"])
  }
}
