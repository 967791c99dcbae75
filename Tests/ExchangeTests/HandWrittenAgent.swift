import Correlation
import Exchange
import System
import Testing
import Wire

/// An agent by hand, which says what a test has it say.
struct HandWrittenAgent: ~Copyable {
  private let stream: TCPStream
  private var encoder: MessageEncoder
  private var decoder = MessageDecoder()
  private var rest: [UInt8] = []
  private(set) var acknowledgements: [Acknowledgement] = []
  private(set) var requests: [EvidenceRequest] = []
  private(set) var isEnded = false

  init(to endpoint: Endpoint) throws {
    stream = try TCPStream(connectingTo: endpoint)
    encoder = MessageEncoder(MessageEncoder.Settings(domain: 1))
  }

  func send(_ bytes: [UInt8]) {
    #expect(stream.write(bytes.span) == bytes.count)
  }

  /// What a message of these says: the next one, or the first of a file where there is a hello.
  mutating func message(_ hello: AgentHello?, _ observations: [Observation] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    if let hello {
      var settings = MessageEncoder.Settings(domain: 1)
      settings.sequence = UInt32(truncatingIfNeeded: hello.sequence)
      encoder = MessageEncoder(settings)
      encoder.append(hello, at: noon) { bytes += $0 }
    }
    encoder.append(observations, at: noon) { bytes += $0 }
    encoder.flush(at: noon) { bytes += $0 }
    return bytes
  }

  /// Takes what the collector says.
  mutating func listen() {
    while true {
      switch stream.read() {
      case .nothing: return
      case .ended:
        isEnded = true
        return
      case .bytes(let bytes): rest += bytes
      }
      while let header = MessageHeader(rest.span), rest.count >= header.length {
        var decoded = DecodedMessage()
        #expect(decoder.decode(Array(rest[..<header.length]).span, into: &decoded))
        rest.removeFirst(header.length)
        acknowledgements += decoded.acknowledgements
        requests += decoded.requests
      }
    }
  }

  func finish() { stream.finishWriting() }
}

/// What a server had to tell.
struct Told {
  var opened: [AgentHello] = []
  var arrivals: [Arrival] = []
  var frames: [RingFrame] = []
  var ends: [EvidenceEnd] = []
  var closed: [ClosingReason] = []
  var lines: [String] = []
  var connections: [CollectingServer.Connection] = []

  mutating func note(_ event: CollectingServer.Event) {
    switch event {
    case .opened(let connection, let hello, _):
      opened.append(hello)
      connections.append(connection)
    case .arrived(_, let arrival): arrivals.append(arrival)
    case .answered(_, let frames, let ends):
      self.frames += frames
      self.ends += ends
    case .closed(_, _, let reason, let line):
      closed.append(reason)
      lines.append(line)
    }
  }
}

extension CollectingServer {
  /// Goes on until something has come of it, or five seconds are over.
  mutating func run(_ told: inout Told, until isDone: (Told) -> Bool) {
    let end = Instant.now() + .seconds(5)
    while !isDone(told), Instant.now() < end {
      step(timeout: .milliseconds(20)) { told.note($0) }
    }
    #expect(isDone(told), "it came to pass in time")
  }

  /// Goes on until so many have connected.
  mutating func run(_ told: inout Told, toAccept count: Int) {
    let end = Instant.now() + .seconds(5)
    while counts.accepted < count, Instant.now() < end {
      step(timeout: .milliseconds(20)) { told.note($0) }
    }
    let accepted = counts.accepted
    #expect(accepted == count)
  }
}
