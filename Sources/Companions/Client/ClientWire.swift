public import Protocols
public import Wire

/// The protocols in which a client can ask who serves it.
public enum ClientWire: String, CaseIterable, Hashable, Sendable {
  /// Tells pod, node and reflective address; any STUN server tells the last.
  case stun
  /// The affinity tester's: pod and reflective address.
  case maartensmagic
  /// A greeting: that somebody answers, and no more.
  case hello
  /// Kubernetes' test server: the pod's host name.
  case agnhost

  /// Whether an answer names the request that it is for; else answers are taken in the order of the requests.
  public var hasSequence: Bool {
    switch self {
    case .stun, .maartensmagic: true
    case .hello, .agnhost: false
    }
  }

  /// Whether an answer says who gave it.
  public var namesPod: Bool { self != .hello }

  /// What an answer said.
  public struct Answer: Hashable, Sendable {
    public var sequence: UInt32?
    public var pod: String?
    public var node: String?
    public var reflective: Reflective?
    /// Whether it is the question itself, which says nothing of who sent it back.
    public var isEcho: Bool

    public init(
      sequence: UInt32? = nil,
      pod: String? = nil,
      node: String? = nil,
      reflective: Reflective? = nil,
      isEcho: Bool = false
    ) {
      self.sequence = sequence
      self.pod = pod
      self.node = node
      self.reflective = reflective
      self.isEcho = isEcho
    }
  }

  /// The source that the pod saw.
  public enum Reflective: Hashable, Sendable, CustomStringConvertible {
    case endpoint(Endpoint)
    /// The affinity tester's 48 bits for an IPv6 source, of which only the port can be read.
    case folded(ReflectiveAddress, port: UInt16)

    public var description: String {
      switch self {
      case .endpoint(let endpoint): endpoint.description
      case .folded(let address, let port): "x\(String(address.rawValue, radix: 16)):\(port)"
      }
    }
  }

  /// The bytes of a client's request.
  public func request(
    client: UInt32,
    sequence: UInt32,
    local: IPAddress,
    padding: Int = 0
  ) -> [UInt8] {
    switch self {
    case .stun:
      let request = StunRequest(
        transaction: Self.transaction(client, sequence),
        clientID: UInt64(client),
        sequence: UInt64(sequence)
      )
      return Array(capacity: 128 + padding) { request.write(to: &$0, padding: padding) }
    case .maartensmagic:
      let request = AffinityTester.Request(id: client, sequence: sequence)
      return Array(capacity: 64) { request.write(to: &$0) }
    case .hello: return Array(Hello.message(Int(sequence) - 1, from: local).utf8)
    case .agnhost: return Array(Self.hostNameQuestion.utf8)
    }
  }

  private static let hostNameQuestion = "hostname"

  private static func transaction(_ client: UInt32, _ sequence: UInt32) -> Stun.Transaction {
    Stun.Transaction(high: UInt64(client) << 32 | UInt64(sequence), low: 0x5354_4b4c)
  }

  /// Reads an answer to this client; nil where it is none.
  public func answer(
    _ bytes: Span<UInt8>,
    client: UInt32,
    isV4: Bool
  ) -> Answer? {
    switch self {
    case .stun:
      guard let answer = try? StunAnswer(bytes),
        answer.transaction
          == Self.transaction(
            client,
            UInt32(truncatingIfNeeded: answer.transaction.high)
          )
      else { return nil }
      return Answer(
        sequence: UInt32(truncatingIfNeeded: answer.transaction.high),
        pod: answer.pod,
        node: answer.node,
        reflective: answer.reflective.map(Reflective.endpoint)
      )
    case .maartensmagic:
      guard let answer = try? AffinityTester.Answer(bytes) else { return nil }
      let source = answer.reflective.source(id: client)
      return Answer(
        sequence: answer.sequence,
        pod: answer.pod,
        reflective: isV4 ? .endpoint(source) : .folded(answer.reflective, port: source.port)
      )
    case .hello: return Hello.isAnswer(bytes) ? Answer() : nil
    case .agnhost:
      guard (1...253).contains(bytes.count) else { return nil }
      let text = bytes.text
      return text == Self.hostNameQuestion ? Answer(isEcho: true) : Answer(pod: text.printable)
    }
  }
}
