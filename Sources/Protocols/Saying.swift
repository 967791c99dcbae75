public import Wire

/// What a datagram says of who asks and who answers, where it is of a protocol that says so.
///
/// For those who only listen: reading it allocates nothing but for a banner, which a source is sent once.
@frozen
public enum Saying: Sendable {
  /// A client of the affinity tester asks; what it is answered is masked with its id.
  case question(id: UInt32, sequence: UInt32)
  case answer(Statement)
}

/// What an answer states about the pod that gave it and the source that it saw.
@frozen
public struct Statement: Hashable, Sendable {
  @frozen
  public enum Language: UInt8, Sendable {
    case stun
    case affinityTester
    case banner
  }

  public var language: Language
  /// The source that the pod saw.
  public var seenSource: Endpoint?
  /// The same, masked with the id of the client that asked the question of this number.
  public var masked: ReflectiveAddress?
  public var sequence: UInt32 = 0
  /// The address that the pod was asked at.
  public var server: Endpoint?
  public var pod: StatedName?

  public init(_ language: Language) {
    self.language = language
  }
}

extension Saying {
  /// Whether a payload that begins with these eight bytes may say anything: false for nearly all, at the cost of three
  /// comparisons.
  @inlinable @inline(always)
  public static func isPossible(_ beginning: UInt64) -> Bool {
    // A STUN Binding success with the cookie; "maartens"; "Sat Nov ".
    beginning & 0xffff_0000_ffff_ffff == 0x0101_0000_2112_a442
      || beginning == 0x6d61_6172_7465_6e73
      || beginning & 0x8080_80ff_8080_80ff == 0x0000_0020_0000_0020
  }

  /// Recognises a message of `length` bytes, of which these may be only the beginning.
  ///
  /// Payloads that merely look alike are left alone: STUN must have its cookie, a length that is right and attributes
  /// that fill it; the affinity tester's messages and banners must be there whole and be right to their last byte.
  public init?(_ bytes: Span<UInt8>, ofLength length: Int) {
    guard bytes.count >= 8 else { return nil }
    switch bytes[0] {
    case 0x01: self.init(stun: bytes, ofLength: length)
    case 0x6d: self.init(affinityTester: bytes, ofLength: length)
    default: self.init(banner: bytes, ofLength: length)
    }
  }

  private init?(stun bytes: Span<UInt8>, ofLength length: Int) {
    guard Stun.isLikely(bytes), bytes.integer16(at: 0) == Stun.bindingSuccess,
      let reading = try? StunReading(bytes, ofLength: length), let source = reading.reflective,
      source.port != 0
    else { return nil }
    var statement = Statement(.stun)
    statement.seenSource = source
    statement.pod = reading.pod.flatMap { Self.name(bytes.extracting($0)) }
    self = .answer(statement)
  }

  private init?(affinityTester bytes: Span<UInt8>, ofLength length: Int) {
    guard bytes.count == length, let fields = try? AffinityTester.Fields(bytes) else { return nil }
    guard fields.isAnswer else {
      guard let request = try? AffinityTester.Request(fields, atoms: .atom) else { return nil }
      self = .question(id: request.id, sequence: request.sequence)
      return
    }
    guard let answer = try? fields.answer else { return nil }
    var statement = Statement(.affinityTester)
    statement.masked = answer.reflective
    statement.sequence = answer.sequence
    statement.pod = fields.pod.flatMap { Self.name(bytes.extracting($0)) }
    self = .answer(statement)
  }

  private init?(banner bytes: Span<UInt8>, ofLength length: Int) {
    guard bytes.count == length, CalendarText.isDate(bytes), let lines = Banner.lines(bytes),
      let server = lines.server, let client = lines.client, client.port != 0
    else { return nil }
    var statement = Statement(.banner)
    statement.seenSource = client
    if !server.address.isUnspecified { statement.server = server }
    statement.pod = lines.pod.map { StatedName($0) }
    self = .answer(statement)
  }

  private static func name(_ bytes: Span<UInt8>) -> StatedName? {
    bytes.count == 0 ? nil : StatedName(bytes)
  }
}
