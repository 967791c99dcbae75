import Glibc
import LiveCapture
import System
import Wire

/// Enters the sandbox as its arguments say and tries what it forbids and what it must not, a line each.
///
/// A program of its own: the tests' has threads long before a test begins.
///
///     SandboxCheck LEVEL FOLDER [raw] [thread]
func run(_ words: [String]) -> Int32 {
  guard words.count > 2, let level = Sandbox.Level(rawValue: words[1]) else { return 3 }
  var sandbox = Sandbox(level)
  sandbox.writable = [words[2]]
  sandbox.keepsRawSockets = words.contains("raw")
  sandbox.connected = [9]
  do {
    if words.contains("thread") { try startThread { pause() } }
    var capture = try CaptureSocket()
    try capture.setFilter("udp port 9")
    print("sandbox:", try sandbox.enter())
    printStatus()
    printRefusals()
    printFolder(words[2])
    let sender = try UDPSocket(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
    print("captured:", try captures(&capture, sender))
    try startThread {}
    print("thread: started")
  } catch {
    print("failed:", error)
    return 1
  }
  printPrograms()
  return 0
}

/// What the kernel says of this process.
func printStatus() {
  let wanted = [
    "Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp",
  ]
  for line in (systemText("/proc/self/status") ?? "").split(separator: "\n") {
    let parts = line.split(whereSeparator: \.isWhitespace)
    if let name = parts.first?.dropLast(), wanted.contains(String(name)) {
      print(([String(name) + ":"] + parts.dropFirst().map(String.init)).joined(separator: " "))
    }
  }
}

func printRefusals() {
  // SAFETY: paths and words outlive the calls, here and below.
  unsafe tell("write a file of root", open("/etc/passwd", O_WRONLY))
  unsafe tell("read a file of all", open("/etc/passwd", O_RDONLY))
  unsafe tell(
    "make a file where all may",
    open("/tmp/stickler-sandbox-check", O_WRONLY | O_CREAT, 0o600)
  )
  unsafe tell("read /proc", open("/proc/net/dev", O_RDONLY))
  tell("raw socket", socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_UDP)))
  tell("packet socket", socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0))
  tell("foreign socket", socket(AF_VSOCK, Int32(SOCK_STREAM.rawValue), 0))
  tell("TCP to 9", connectLocally(to: 9))
  tell("TCP to 10", connectLocally(to: 10))
}

/// A file as a spool writes it: under another name, cut, renamed, removed.
func printFolder(_ folder: String) {
  let file = folder + "/file"
  let descriptor = unsafe open(file + ".new", O_RDWR | O_CREAT, 0o600)
  tell("spool file", descriptor)
  unsafe tell("spool write", write(descriptor, "1234", 4) == 4 ? 0 : -1)
  tell("spool truncate", ftruncate(descriptor, 2))
  unsafe tell("spool rename", rename(file + ".new", file))
  unsafe tell("spool remove", unlink(file))
}

func tell(_ what: String, _ status: Int32) {
  // SAFETY: strerror answers a string for every number; it is copied at once.
  print(what + ":", status >= 0 ? "works" : unsafe String(cString: strerror(errno)))
}

func connectLocally(to port: UInt16) -> Int32 {
  let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return unsafe withUnsafePointer(to: &address) {
    unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}

/// The last of all: where nothing forbids it, it is the end of this program.
func printPrograms() {
  var words = unsafe [strdup("true"), nil]
  var child: pid_t = 0
  // SAFETY: the words outlive the calls.
  errno = unsafe posix_spawn(&child, "/bin/true", nil, nil, &words, environ)
  tell("new process", errno == 0 ? 0 : -1)
  fflush(nil)
  unsafe tell("execve", execve("/bin/true", &words, environ))
}

/// Sends datagrams until the capture has seen one.
func captures(_ capture: inout CaptureSocket, _ sender: borrowing UDPSocket) throws -> Bool {
  for _ in 0..<100 {
    _ = sender.send([1, 2, 3].span, to: Endpoint(IPAddress(v4: 0x7f00_0001), 9))
    usleep(20_000)
    if capture.read({ _ in }) > 0 { return true }
  }
  return false
}

exit(run(CommandLine.arguments))
