internal import System
internal import Wire

/// An agent's connection, as the collecting end has it.
final class Peer {
  let number: UInt64
  let remote: Endpoint
  var channel: Channel
  var splitter = MessageSplitter()
  let began: Instant
  var lastHeard: Instant
  var isWatchedForWriting = false
  /// The hello that came last; nil until one was taken.
  private(set) var hello: AgentHello?
  /// When the agent's process began, as the connection's own hello says: files may be of earlier ones.
  private(set) var process: UInt64?
  /// How much the agent keeps of what it captured, as the connection's own hello says.
  private(set) var ringBytes: UInt64?

  /// What a message was.
  enum Taking {
    case opened(AgentHello)
    case arrived(Arrival)
    case answered([RingFrame], [EvidenceEnd])
    case refused(ClosingReason, String)
  }

  private var decoder = MessageDecoder()
  private var encoder = MessageEncoder(MessageEncoder.Settings(domain: 0))
  /// Where the epoch's next record has its place; nil until a file's hello has said so.
  private var nextPlace: UInt64?

  init(_ number: UInt64, _ remote: Endpoint, _ channel: consuming Channel, _ now: Instant) {
    self.number = number
    self.remote = remote
    self.channel = channel
    began = now
    lastHeard = now
  }

  /// What it says is not taken, its hello included.
  func turnAway() { (hello, process) = (nil, nil) }

  /// Has an acknowledgement wait to be sent.
  func send(_ acknowledgement: Acknowledgement) {
    let now = Timestamp.now()
    encoder.append(acknowledgement, at: now) { channel.send($0) }
    encoder.flush(at: now) { channel.send($0) }
  }

  /// Has a request wait to be sent, in a message of its own.
  func send(_ request: EvidenceRequest) {
    let now = Timestamp.now()
    encoder.append(request, at: now) { channel.send($0) }
    encoder.flush(at: now) { channel.send($0) }
  }

  func take(_ message: [UInt8], _ settings: CollectingServer.Settings) -> Taking {
    let before = decoder.counts.records
    var decoded = DecodedMessage()
    guard let header = MessageHeader(message.span), decoder.decode(message.span, into: &decoded)
    else { return .refused(.garbage, "what it sends is no IPFIX") }
    let count = decoder.counts.records - before
    guard hello != nil else { return greet(decoded, header, settings) }
    // Answers have no place among the epoch's records.
    if header.domain == MessageEncoder.Settings.answers.domain {
      return .answered(decoded.frames, decoded.ends)
    }
    if let said = decoded.hellos.last {
      if let why = problem(with: said, header) { return .refused(.badHello, why) }
      guard header.sequence == UInt32(truncatingIfNeeded: said.sequence) else {
        return .refused(.badHello, "its hello contradicts itself")
      }
      hello = said
      nextPlace = said.sequence
    } else if let next = nextPlace {
      // What is missing was dropped by the agent; going back takes a hello.
      let missing = header.sequence &- UInt32(truncatingIfNeeded: next)
      guard missing < 1 << 31, next < Self.mostPlaces else {
        return .refused(.garbage, "its messages are not in their order")
      }
      nextPlace = next + UInt64(missing)
    }
    guard let hello, let place = nextPlace else {
      return .refused(.badHello, "it does not say where its records have their place")
    }
    nextPlace = place + UInt64(count)
    return .arrived(
      Arrival(
        hello: hello,
        message: message,
        place: place,
        recordCount: count,
        decoded: decoded
      )
    )
  }

  /// No epoch has as many records.
  private static let mostPlaces: UInt64 = 1 << 62

  /// Takes the first message, which has to be a hello.
  private func greet(
    _ decoded: DecodedMessage,
    _ header: MessageHeader,
    _ settings: CollectingServer.Settings
  ) -> Taking {
    guard var said = decoded.hellos.first else {
      return .refused(.noHello, "it does not begin with a hello, as Stickler's agents do")
    }
    if let why = problem(with: said, header) { return .refused(.badHello, why) }
    guard channel.isPeerProven || settings.letsAnyoneIn || isRight(said.token, settings.token)
    else {
      let why = said.token.isEmpty ? "it shows no token" : "its token is not the collector's"
      return .refused(.token, why)
    }
    // Nobody needs it any more.
    said.token = ""
    hello = said
    process = said.epoch
    ringBytes = said.ringBytes
    encoder = MessageEncoder(MessageEncoder.Settings(domain: header.domain))
    return .opened(said)
  }

  private func problem(with said: AgentHello, _ header: MessageHeader) -> String? {
    guard said.version == AgentHello.version else {
      return "it speaks version \(said.version), and the collector \(AgentHello.version): "
        + "let both be of the same release"
    }
    guard said.domain == header.domain, said.domain != MessageEncoder.Settings.answers.domain,
      said.sequence < Self.mostPlaces
    else {
      return "its hello contradicts itself"
    }
    // Files are named by it, and lines on terminals name it.
    let isPlain = said.node.unicodeScalars.allSatisfy {
      $0.properties.generalCategory != .control && $0 != "/"
    }
    guard isPlain, (1...253).contains(said.node.utf8.count), said.node != ".", said.node != ".."
    else { return "its node has a name that no node has" }
    guard hello == nil || hello?.node == said.node else {
      return "it speaks for two nodes on one connection"
    }
    return nil
  }

  /// Takes as long for every token of the same length.
  private func isRight(_ token: String, _ expected: String?) -> Bool {
    guard let expected else { return false }
    let (left, right) = (Array(token.utf8), Array(expected.utf8))
    guard left.count == right.count, !right.isEmpty else { return false }
    return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
