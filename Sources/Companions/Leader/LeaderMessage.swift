internal import JSONText
public import Protocols
public import Wire

/// What is said about the leader: by clients in two forms, and among the pods.
///
/// One JSON object a datagram. With a shared secret it ends with `"sent"`, the sender's clock in milliseconds, and
/// `"mac"`, the code of everything before; a message is then good for half a minute.
public enum LeaderMessage: Hashable, Sendable {
  /// `{"leader": "10.0.0.1"}`: make this pod the leader.
  case set(IPAddress)
  /// `{"status": true}`.
  case status
  /// The answer to `status`.
  case state(LeaderState)
  /// The leader lives; `round` counts its heartbeats.
  case heartbeat(term: UInt64, list: [IPAddress], round: UInt64)
  /// To the leader: its heartbeat of this round was heard.
  case heard(term: UInt64, round: UInt64)
  /// Would you (`isProbe`), or do you, vote for me? `after` is the term that the leader gave up for me.
  case stand(term: UInt64, isProbe: Bool, after: UInt64)
  case vote(term: UInt64, isProbe: Bool)
  /// There is a newer term than yours.
  case refuse(term: UInt64)
  /// A new pod asks who leads; any pod answers with `state`.
  case who
  /// The leader has given up its term for you.
  case nominate(term: UInt64)
  /// A client's datagram on its way to the leader, which answers by `id`.
  case forward(id: UInt64, client: Endpoint, hops: Int, data: [UInt8])
  case answer(id: UInt64, data: [UInt8])

  /// Whether only pods say this to each other.
  var isInternal: Bool {
    switch self {
    case .set, .status: false
    default: true
    }
  }

  /// The term that the message speaks of, 0 where it speaks of none.
  var term: UInt64 {
    switch self {
    case .state(let state): state.term
    case .heartbeat(let term, _, _), .heard(let term, _), .stand(let term, _, _),
      .vote(let term, _), .refuse(let term), .nominate(let term):
      term
    case .set, .status, .who, .forward, .answer: 0
    }
  }

  /// The longest client's datagram that is passed on to the leader: with the wrapping it stays one datagram.
  public static let longestForwarded = 16_384
}

/// Who leads, as one pod knows it.
public struct LeaderState: Hashable, Sendable {
  /// Nil while nobody does.
  public var leader: IPAddress?
  public var term: UInt64
  /// The pods in the order in which they follow the leader, it first.
  public var list: [IPAddress]
  /// The pod that says so.
  public var pod: String
  public var role: String

  public init(leader: IPAddress?, term: UInt64, list: [IPAddress], pod: String, role: String) {
    self.leader = leader
    self.term = term
    self.list = list
    self.pod = pod
    self.role = role
  }
}

extension LeaderMessage {
  /// The bytes of the message, signed where there is a key.
  ///
  /// An answer is only a little longer than its request: whoever wants a long one pads what it asks with.
  public func encoded(key: MessageKey?, at time: Timestamp, padding: Int = 0) -> [UInt8] {
    var writer = JSONWriter(.compact)
    writer.object { writer in
      write(to: &writer)
      if padding > 0 {
        writer.key("padding")
        writer.string(String(repeating: "-", count: padding))
      }
      if key != nil {
        writer.key("sent")
        writer.integer(time.nanoseconds / 1_000_000)
      }
    }
    guard let key else { return writer.bytes }
    let body = Array(writer.bytes.dropLast())
    return body + Array(#","mac":""#.utf8) + key.code(of: body) + Array(#""}"#.utf8)
  }

  private func write(to writer: inout JSONWriter) {
    func member(_ name: String, _ value: UInt64) {
      writer.key(name)
      writer.integer(value)
    }
    func kind(_ name: String) {
      writer.key("stickler")
      writer.string(name)
    }
    func list(_ addresses: [IPAddress]) {
      writer.key("leader_list")
      writer.array { for address in addresses { $0.string(address.description) } }
    }
    switch self {
    case .set(let address):
      writer.key("leader")
      writer.string(address.description)
    case .status:
      writer.key("status")
      writer.bool(true)
    case .state(let state):
      kind("state")
      writer.key("leader")
      if let leader = state.leader { writer.string(leader.description) } else { writer.null() }
      member("term", state.term)
      list(state.list)
      writer.key("pod")
      writer.string(state.pod)
      writer.key("role")
      writer.string(state.role)
    case .heartbeat(let term, let addresses, let round):
      kind("heartbeat")
      member("term", term)
      list(addresses)
      member("round", round)
    case .heard(let term, let round):
      kind("heard")
      member("term", term)
      member("round", round)
    case .stand(let term, let isProbe, let after):
      kind(isProbe ? "probe" : "stand")
      member("term", term)
      member("after", after)
    case .vote(let term, let isProbe):
      kind(isProbe ? "would-vote" : "vote")
      member("term", term)
    case .refuse(let term):
      kind("refuse")
      member("term", term)
    case .who: kind("who")
    case .nominate(let term):
      kind("nominate")
      member("term", term)
    case .forward(let id, let client, let hops, let data):
      kind("forward")
      writer.key("id")
      writer.string(String(id, radix: 16))
      writer.key("client")
      writer.string(client.description)
      member("hops", UInt64(hops))
      writer.key("data")
      writer.string(Hexadecimal.text(data))
    case .answer(let id, let data):
      kind("answer")
      writer.key("id")
      writer.string(String(id, radix: 16))
      writer.key("data")
      writer.string(Hexadecimal.text(data))
    }
  }

  /// Whether bytes look like a message of these: an object that names one of its three first words.
  public static func isLikely(_ bytes: Span<UInt8>) -> Bool {
    var index = 0
    while index < bytes.count, bytes[index] <= 32 { index += 1 }
    guard index < bytes.count, bytes[index] == UInt8(ascii: "{") else { return false }
    index += 1
    while index < bytes.count, bytes[index] <= 32 { index += 1 }
    return bytes.holds("\"leader\"", at: index) || bytes.holds("\"status\"", at: index)
      || bytes.holds("\"stickler\"", at: index)
  }

  /// How far a signed message's clock may be from ours, either way.
  static let goodFor = Interval.seconds(30)

  /// Reads a message, and checks its code where there is a key.
  public init(_ bytes: Span<UInt8>, key: MessageKey?, at time: Timestamp) throws(MessageError) {
    guard Self.isLikely(bytes) else { throw .foreign }
    guard bytes.count <= 4 * Self.longestForwarded else { throw .badLength }
    let text = bytes.array
    guard let value = try? JSONValue(text), value.object != nil else { throw .badValue }
    if let key { try Self.check(text, value, key, time) }
    self = try Self.message(value)
  }

  private static func check(
    _ text: [UInt8],
    _ value: JSONValue,
    _ key: MessageKey,
    _ time: Timestamp
  ) throws(MessageError) {
    // `,"mac":"…64…"}` ends the text, whatever blanks a person's editor put after it.
    let trimmed = Array(text.reversed().drop { $0 <= 32 }.reversed())
    let tail = 8 + 64 + 2
    guard trimmed.count > tail, let sent = value["sent"]?.integer,
      trimmed[(trimmed.count - tail)...].starts(with: #","mac":""#.utf8),
      key.isCode(
        Array(trimmed[(trimmed.count - 66)...].prefix(64)),
        of: Array(trimmed[..<(trimmed.count - tail)])
      )
    else { throw .badChecksum }
    let (milliseconds, overflow) = sent.subtractingReportingOverflow(time.nanoseconds / 1_000_000)
    guard !overflow, milliseconds.magnitude <= UInt64(goodFor.nanoseconds / 1_000_000) else {
      throw .badChecksum
    }
  }

  private static func message(_ value: JSONValue) throws(MessageError) -> Self {
    func number(_ name: String) throws(MessageError) -> UInt64 {
      guard let integer = value[name]?.integer, let number = UInt64(exactly: integer) else {
        throw .badValue
      }
      return number
    }
    func addresses() throws(MessageError) -> [IPAddress] {
      guard let list = value["leader_list"]?.array, list.count <= 1_024 else { throw .badValue }
      var addresses: [IPAddress] = []
      for element in list {
        guard let address = element.string.flatMap({ IPAddress($0) }) else { throw .badValue }
        addresses.append(address)
      }
      return addresses
    }
    func bytes() throws(MessageError) -> [UInt8] {
      guard let bytes = value["data"]?.string.flatMap(Hexadecimal.bytes),
        bytes.count <= longestForwarded + EchoEngine.allowance
      else { throw .badValue }
      return bytes
    }
    func id() throws(MessageError) -> UInt64 {
      guard let id = value["id"]?.string.flatMap({ UInt64($0, radix: 16) }) else { throw .badValue }
      return id
    }
    switch value["stickler"]?.string {
    case nil:
      if value["status"]?.bool == true { return .status }
      guard let address = value["leader"]?.string.flatMap({ IPAddress($0) }),
        !address.isUnspecified, !address.isMulticast
      else { throw .badValue }
      return .set(address)
    case "state":
      let leader = value["leader"]?.string
      let address = leader.flatMap { IPAddress($0) }
      guard (leader == nil) == (address == nil) else { throw .badValue }
      return .state(
        LeaderState(
          leader: address,
          term: try number("term"),
          list: try addresses(),
          pod: (value["pod"]?.string ?? "").printable,
          role: (value["role"]?.string ?? "").printable
        )
      )
    case "heartbeat":
      return .heartbeat(
        term: try number("term"),
        list: try addresses(),
        round: try number("round")
      )
    case "heard": return .heard(term: try number("term"), round: try number("round"))
    case "probe": return .stand(term: try number("term"), isProbe: true, after: try number("after"))
    case "stand":
      return .stand(term: try number("term"), isProbe: false, after: try number("after"))
    case "would-vote": return .vote(term: try number("term"), isProbe: true)
    case "vote": return .vote(term: try number("term"), isProbe: false)
    case "refuse": return .refuse(term: try number("term"))
    case "who": return .who
    case "nominate": return .nominate(term: try number("term"))
    case "forward":
      guard let client = value["client"]?.string.flatMap({ Endpoint($0) }) else { throw .badValue }
      let hops = try number("hops")
      guard hops <= 16 else { throw .badValue }
      return .forward(id: try id(), client: client, hops: Int(hops), data: try bytes())
    case "answer": return .answer(id: try id(), data: try bytes())
    default: throw .badValue
    }
  }
}

/// Bytes as hexadecimal digits, which JSON carries unharmed.
enum Hexadecimal {
  static func text(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self
    )
  }

  static func bytes(_ text: String) -> [UInt8]? {
    let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      bytes.append(UInt8(high << 4 | low))
    }
    return bytes
  }
}
