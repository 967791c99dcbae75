/// How an agent introduces itself: the first record of every connection, and of every file of its spool.
///
/// Records are known by (node, epoch, place): what comes again is known to be the same.
public struct AgentHello: Equatable, Sendable {
  /// What both ends have to speak.
  public static let version: UInt8 = 1
  /// No token is longer; one that is has been cut, and is not the right one.
  public static let mostTokenBytes = 1_024

  public var version = Self.version
  public var domain: UInt32
  public var node: String
  /// When the agent's process began, in nanoseconds since 1970; records count from zero in each.
  public var epoch: UInt64
  /// How many records of the epoch come before this one.
  public var sequence: UInt64
  public var wantsAcknowledgement: Bool
  /// What proves that the agent may speak; empty in files.
  public var token: String
  /// How much of what it captured last it keeps to be asked for; nil in files, and where it keeps none.
  public var ringBytes: UInt64?

  public init(
    node: String,
    domain: UInt32,
    epoch: UInt64,
    sequence: UInt64 = 0,
    wantsAcknowledgement: Bool = true,
    token: String = ""
  ) {
    self.node = node
    self.domain = domain
    self.epoch = epoch
    self.sequence = sequence
    self.wantsAcknowledgement = wantsAcknowledgement
    self.token = token
  }
}

extension AgentHello {
  func write(to record: inout Record, domain: UInt32) -> RecordShape {
    var shape = record.begin(.hello)
    record[.domain] = UInt64(domain)
    record[.version] = UInt64(version)
    record[.epoch] = epoch
    record[.sequence] = sequence
    record[flag: .wantsAcknowledgement] = wantsAcknowledgement
    if let ringBytes {
      shape.insert(.ring)
      record[.ringBytes] = ringBytes
    }
    record.text = Array(node.utf8)
    record.octets = Array(token.utf8.prefix(Self.mostTokenBytes))
    return shape
  }

  init(_ record: Record, _ fields: FieldSet) {
    self.init(
      node: String(decoding: record.text, as: UTF8.self),
      domain: record.integer32(.domain),
      epoch: record[.epoch],
      sequence: record[.sequence],
      wantsAcknowledgement: record[flag: .wantsAcknowledgement],
      token: String(decoding: record.octets, as: UTF8.self)
    )
    version = record.integer8(.version)
    if fields.contains(.ringBytes) { ringBytes = record[.ringBytes] }
  }
}
