import Companions
import Glibc
import Synchronization
import System
import TestSupport
import Testing
import Wire

/// A real server on a thread of its own, on ports that the kernel chose.
final class RunningServer: Sendable {
  let udp: [Endpoint]
  let tcp: [Endpoint]
  let http: Endpoint?
  private let stopper: Stopper
  private let isOver: Ending

  private final class Ending: Sendable {
    let flag = Mutex(false)
  }

  private struct Started: Sendable {
    var udp: [Endpoint]
    var tcp: [Endpoint]
    var http: Endpoint?
    var stopper: Stopper
  }

  private final class Start: Sendable {
    let result = Mutex<Result<Started, SystemError>?>(nil)
  }

  /// Serves these answers, a port for each; `change` sees the configuration before the start.
  init(
    _ answers: [Answers],
    tcp: Int = 0,
    http: Bool = false,
    bind: IPAddress = IPAddress(v4: 0x7f00_0001),
    log: Int32? = nil,
    _ change: @Sendable (inout EchoServer.Configuration) -> Void = { _ in }
  ) throws {
    let engine = EchoEngine.Configuration(
      pod: "echo-0",
      node: "n1",
      hostName: "host-0",
      software: "stickler-echo",
      seed: 1
    )
    var configuration = EchoServer.Configuration(engine: engine)
    configuration.bind = bind
    configuration.udp = answers.map { EchoServer.Port(0, $0) }
    configuration.tcp = Array(repeating: 0, count: tcp)
    configuration.http = http ? Endpoint(IPAddress(v4: 0x7f00_0001), 0) : nil
    configuration.isQuiet = log == nil
    change(&configuration)
    let start = Start()
    let ending = Ending()
    let final = configuration
    try startThread {
      do throws(SystemError) {
        let journal = Journal(.text, descriptor: log ?? 2)
        let server = try EchoServer(final, journal: journal)
        let started = Started(
          udp: server.udpEndpoints,
          tcp: server.tcpEndpoints,
          http: server.httpEndpoint,
          stopper: server.stopper
        )
        start.result.withLock { $0 = .success(started) }
        server.run()
      } catch {
        start.result.withLock { $0 = .failure(error) }
      }
      ending.flag.withLock { $0 = true }
    }
    var result: Result<Started, SystemError>?
    while result == nil {
      result = start.result.withLock { $0 }
      usleep(500)
    }
    let started = try #require(result).get()
    (udp, self.tcp, self.http) = (started.udp, started.tcp, started.http)
    stopper = started.stopper
    isOver = ending
  }

  /// Asks the server to stop, and waits until it has.
  func stop() {
    stopper.stop()
    while !isOver.flag.withLock({ $0 }) { usleep(500) }
  }
}

/// Runs a command line and returns what it printed.
///
/// The thread that a test runs on may have signals blocked, and a child inherits that: nc would wait for its alarm for
/// ever.
func shell(_ command: String) -> String {
  var none = sigset_t()
  var usual = sigset_t()
  // SAFETY: both sets are ours, and are written before they are read.
  unsafe sigemptyset(&none)
  unsafe pthread_sigmask(SIG_SETMASK, &none, &usual)
  defer { unsafe pthread_sigmask(SIG_SETMASK, &usual, nil) }
  // SAFETY: popen copies the command; the stream is closed below and used nowhere else.
  guard let stream = unsafe popen(command, "r") else { return "" }
  var output: [UInt8] = []
  var byte = unsafe getc(stream)
  while byte >= 0 {
    output.append(UInt8(truncatingIfNeeded: byte))
    byte = unsafe getc(stream)
  }
  unsafe pclose(stream)
  return String(decoding: output, as: UTF8.self)
}

/// Whether a program is there to be tested against.
func hasProgram(_ name: String) -> Bool {
  !shell("command -v \(name)").isEmpty
}
