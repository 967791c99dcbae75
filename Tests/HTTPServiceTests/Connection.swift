import System
import Wire

/// A connection to a server on this machine, byte for byte: what a client can do that curl does not.
final class Connection {
  private let stream: TCPStream
  private let poller: Poller
  /// What has come and was not taken yet.
  private(set) var received = ""
  private(set) var hasEnded = false

  init(to endpoint: Endpoint) throws {
    stream = try TCPStream(connectingTo: endpoint)
    poller = try Poller()
    try poller.add(stream.number, token: 0, forReading: true, forWriting: true)
    poller.wait(timeout: .seconds(5)) { _ in }
    try poller.change(stream.number, token: 0, forReading: true, forWriting: false)
  }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = stream.write(bytes.span)
  }

  /// Reads until `text` has come, the connection ended, or the time is up; says whether it came.
  func reads(_ text: String, within patience: Interval = .seconds(20)) -> Bool {
    let end = Instant.now() + patience
    while !received.contains(text), !hasEnded, Instant.now() < end {
      poller.wait(timeout: .milliseconds(100)) { _ in }
      take()
    }
    return received.contains(text)
  }

  /// Whether the server closes the connection in time.
  func ends(within patience: Interval = .seconds(20)) -> Bool {
    let end = Instant.now() + patience
    while !hasEnded, Instant.now() < end {
      poller.wait(timeout: .milliseconds(100)) { _ in }
      take()
    }
    return hasEnded
  }

  func forget() { received = "" }

  private func take() {
    switch stream.read() {
    case .bytes(let bytes): received += String(decoding: bytes, as: UTF8.self)
    case .nothing: break
    case .ended: hasEnded = true
    }
  }
}
