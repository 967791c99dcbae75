public import Protocols
public import System
public import Wire

/// A conversation with an echo server, over TCP or UDP, that checks what comes back.
public final class EchoSession {
  public enum Transport: String, CaseIterable, Hashable, Sendable {
    case udp, tcp
  }

  /// What became of a message.
  public enum Outcome: Hashable, Sendable {
    case echoed(Interval)
    case different([UInt8])
    case lost
    /// Nobody listens there, or no way leads there, as somebody on the way said.
    case refused
  }

  private final class Datagrams {
    let socket: UDPSocket

    init(_ socket: consuming UDPSocket) {
      self.socket = socket
    }
  }

  private final class Connection {
    let stream: TCPStream

    init(_ stream: consuming TCPStream) {
      self.stream = stream
    }
  }

  private enum Line {
    case udp(Datagrams, Endpoint)
    case tcp(Connection)
  }

  private let line: Line
  private let timeout: Interval
  private var batch = DatagramBatch(capacity: 4)
  /// Whether the connection was refused, which the kernel tells once.
  private var isRefused = false
  /// What the banner said of the server, once there was one.
  public private(set) var banner: Banner.Lines?

  public init(
    _ transport: Transport,
    to target: Endpoint,
    timeout: Interval
  ) throws(SystemError) {
    self.timeout = timeout
    switch transport {
    case .udp:
      let any = target.address.isV4 ? IPAddress(v4: 0) : .everyAddress
      line = .udp(Datagrams(try UDPSocket(bind: Endpoint(any, 0), reportsErrors: true)), target)
    case .tcp:
      line = .tcp(Connection(try TCPStream(connectingTo: target)))
    }
  }

  /// Who answers, as far as the banner tells: the pod's name, else its address.
  public var server: String? {
    banner.flatMap { $0.pod ?? $0.server?.address.description }
  }

  /// Sends a message and waits for its echo.
  public func exchange(_ message: [UInt8]) -> Outcome {
    let start = Instant.now()
    var unsent = message[...]
    var received: [UInt8] = []
    var isSent = false
    while Instant.now().since(start) < timeout {
      switch line {
      case .udp(let datagrams, let target):
        if !isSent {
          // What speaks of an earlier message.
          _ = datagrams.socket.receiveRefusals()
          _ = datagrams.socket.send(message.span, to: target)
        }
        isSent = true
        for index in 0..<batch.receive(from: datagrams.socket) where batch.source(index) == target {
          received = batch.payload(index).array
          takeBanner(&received)
          if received == message { return .echoed(Instant.now().since(start)) }
          return .different(received)
        }
        if datagrams.socket.receiveRefusals() > 0 { return .refused }
      case .tcp(let connection):
        if let failure = connection.stream.failure {
          guard failure.isRefused else { return .lost }
          isRefused = true
        }
        guard !isRefused else { return .refused }
        if !unsent.isEmpty, let count = connection.stream.write(Array(unsent).span) {
          unsent = unsent.dropFirst(count)
        }
        switch connection.stream.read() {
        case .bytes(let bytes): received += bytes
        case .ended: return received.isEmpty ? .lost : .different(received)
        case .nothing: break
        }
        takeBanner(&received)
        if received == message { return .echoed(Instant.now().since(start)) }
        if banner != nil, received.count >= message.count { return .different(received) }
      }
      sleep(until: Instant.now() + .microseconds(200))
    }
    return received.isEmpty ? .lost : .different(received)
  }

  private func takeBanner(_ received: inout [UInt8]) {
    guard banner == nil, let length = Banner.length(received.span) else { return }
    banner = Banner.lines(received.span)
    received.removeFirst(length)
  }
}
