public import Correlation
public import System
public import Wire

/// Sends runs that have ended to a collector that takes IPFIX over UDP and acknowledges nothing, such as nfcapd or pmacct.
///
/// What does not arrive is lost; the sequence numbers tell the collector how much that was.
public struct DatagramExporter: ~Copyable {
  public private(set) var datagramsSent: UInt64 = 0
  /// Datagrams that the kernel did not take, or that had nowhere to go.
  public private(set) var datagramsFailed: UInt64 = 0
  /// Why the last datagram could not be sent; nil where it could.
  public private(set) var problem: String?

  private let host: String
  private let port: UInt16
  private let socket: UDPSocket
  private var encoder: MessageEncoder
  private var remote: Endpoint?
  private var nextLook = Instant.now()
  private var messages: [[UInt8]] = []

  public init(host: String, port: UInt16, domain: UInt32 = 1) throws(SystemError) {
    self.host = host
    self.port = port
    socket = try UDPSocket(bind: Endpoint(IPAddress(high: 0, low: 0), 0))
    encoder = MessageEncoder(.datagrams(domain: domain))
  }

  /// Sends the runs of these observations.
  public mutating func send(_ observations: [Observation], at now: Timestamp) {
    let runs = observations.filter { if case .run = $0 { true } else { false } }
    guard !runs.isEmpty else { return }
    encoder.append(runs, at: now) { messages.append($0) }
    encoder.flush(at: now) { messages.append($0) }
    look()
    for message in messages {
      guard let remote else {
        datagramsFailed += 1
        continue
      }
      switch socket.send(message.span, to: remote) {
      case .sent:
        datagramsSent += 1
        problem = nil
      case .full: fail(remote, "the socket's buffer is full")
      case .failed(let code): fail(remote, SystemError("send", code: code).description)
      }
    }
    messages.removeAll(keepingCapacity: true)
  }

  private mutating func fail(_ remote: Endpoint, _ why: String) {
    datagramsFailed += 1
    problem = "IPFIX over UDP to \(remote): \(why)"
  }

  /// Looks the name up, again once a minute: it may move.
  private mutating func look() {
    let now = Instant.now()
    guard now >= nextLook else { return }
    nextLook = now + .seconds(60)
    do throws(ResolutionError) {
      remote = try resolve(host).first.map { Endpoint($0, port) }
    } catch {
      problem = "IPFIX over UDP: \(error)"
      // One that was found before may still be right.
      if remote == nil { nextLook = now + .seconds(5) }
    }
  }
}
