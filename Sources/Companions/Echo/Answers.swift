/// What a port answers; several may be on, and what comes decides between them.
public struct Answers: OptionSet, Hashable, Sendable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// STUN Binding requests.
  public static let stun = Self(rawValue: 1)
  /// The affinity tester's requests.
  public static let affinity = Self(rawValue: 2)
  /// The words of Kubernetes' own test server.
  public static let words = Self(rawValue: 4)
  /// JSON messages about the leader; everything else is answered by the leader alone.
  public static let leader = Self(rawValue: 8)
  /// Anything, with the greeting.
  public static let hello = Self(rawValue: 16)
  /// Anything, with itself.
  public static let echo = Self(rawValue: 32)
  /// Anything, with itself, and a banner before the first of a source.
  public static let banner = Self(rawValue: 64)
  /// Anything is logged, and only our own sender gets an acknowledgement.
  public static let receive = Self(rawValue: 128)

  static let named: [(name: String, answer: Answers)] = [
    ("stun", .stun), ("affinity", .affinity), ("agnhost", .words), ("leader", .leader),
    ("hello", .hello), ("echo", .echo), ("banner", .banner), ("receive", .receive),
  ]

  public static var names: [String] { named.map(\.name) }

  /// Those that take whatever no other recognises.
  public static let catchAll: Answers = [.hello, .echo, .banner, .receive]

  public init?(name: String) {
    guard let found = Self.named.first(where: { $0.name == name }) else { return nil }
    self = found.answer
  }

  public var names: [String] {
    Self.named.filter { contains($0.answer) }.map(\.name)
  }

  /// Whether what comes can decide: of those that take anything, a port can have one.
  public var isDecidable: Bool {
    intersection(.catchAll).rawValue.nonzeroBitCount <= 1
  }
}
