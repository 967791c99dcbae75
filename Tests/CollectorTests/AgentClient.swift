import Correlation
import Exchange
import System
import Wire

/// An agent that says what it is told to, and reads what it is answered.
final class AgentClient {
  let stream: TCPStream
  private let node: String
  private let epoch: UInt64
  private var encoder: MessageEncoder
  private var decoder = MessageDecoder()
  private var incoming: [UInt8] = []
  private(set) var acknowledged: UInt64?
  private(set) var refusal: String?
  private(set) var isClosed = false
  /// What it was asked for of its ring.
  private(set) var requests: [EvidenceRequest] = []

  /// Connects and says hello; records count from `place` on.
  init(
    _ node: String,
    to endpoint: Endpoint,
    epoch: UInt64 = 1,
    token: String = "",
    ring: UInt64? = nil
  ) throws {
    self.node = node
    self.epoch = epoch
    stream = try TCPStream(connectingTo: endpoint)
    encoder = MessageEncoder(MessageEncoder.Settings(domain: 1))
    var greeting: [UInt8] = []
    var greeter = MessageEncoder(MessageEncoder.Settings(domain: 1))
    var hello = AgentHello(node: node, domain: 1, epoch: epoch, token: token)
    hello.ringBytes = ring
    greeter.append(hello, at: .now()) { greeting += $0 }
    greeter.flush(at: .now()) { greeting += $0 }
    send(greeting)
  }

  /// What a spool's file would hold, from its hello on.
  private(set) var file: [UInt8] = []

  func begin() {
    encoder.append(AgentHello(node: node, domain: 1, epoch: epoch), at: .now()) { keep($0) }
    flush()
  }

  func tell(_ observations: [Observation], ongoing: [Run] = [], tally: NodeTally? = nil) {
    encoder.append(ongoing: ongoing, at: .now()) { keep($0) }
    encoder.append(observations, at: .now()) { keep($0) }
    if let tally { encoder.append(tally, at: .now()) { keep($0) } }
    encoder.append(Watermark(epoch: epoch, time: .now()), at: .now()) { keep($0) }
    flush()
  }

  /// How many records were told.
  var told: UInt64 { UInt64(encoder.recordsTold) }

  private func flush() {
    encoder.flush(at: .now()) { keep($0) }
  }

  private func keep(_ message: [UInt8]) {
    file += message
    send(message)
  }

  private var answers = MessageEncoder(.answers)

  /// Answers what it was asked, by itself: frames, and that these were all.
  func answer(_ frames: [RingFrame], _ end: EvidenceEnd?) {
    for frame in frames { answers.append(frame, at: .now()) { send($0) } }
    if let end { answers.append(end, at: .now()) { send($0) } }
    answers.flush(at: .now()) { send($0) }
  }

  /// Takes the request that came first, if one did.
  func takeRequest() -> EvidenceRequest? {
    read()
    return requests.isEmpty ? nil : requests.removeFirst()
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    let deadline = Instant.now() + .seconds(20)
    while !rest.isEmpty, !isClosed, Instant.now() < deadline {
      let some = Array(rest.prefix(65_536))
      guard let count = stream.write(some.span) else {
        isClosed = true
        return
      }
      rest = rest.dropFirst(count)
      if count == 0 { sleep(until: .now() + .milliseconds(1)) }
      read()
    }
  }

  /// Takes what the collector has said so far.
  func read() {
    while true {
      switch stream.read() {
      case .bytes(let bytes): incoming += bytes
      case .ended:
        isClosed = true
        return take()
      case .nothing: return take()
      }
    }
  }

  private func take() {
    while let header = MessageHeader(incoming.span), incoming.count >= header.length {
      var decoded = DecodedMessage()
      _ = decoder.decode(Array(incoming[..<header.length]).span, into: &decoded)
      incoming.removeFirst(header.length)
      requests += decoded.requests
      for one in decoded.acknowledgements {
        if one.epoch == epoch, one.refusal == nil {
          acknowledged = max(acknowledged ?? 0, one.sequence)
        }
        refusal = one.refusal ?? refusal
      }
    }
  }
}
