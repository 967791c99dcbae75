public import Correlation
public import System
public import Wire

/// Makes IPFIX messages of what one observation domain, a node, has to say.
///
/// A template goes out before the first record that needs it. Whoever sends the messages starts with a new encoder for
/// each connection and each file, so that each can be read by itself; over UDP templates are told again and again.
public struct MessageEncoder: Sendable {
  public struct Settings: Sendable {
    public var domain: UInt32
    /// How many data records were told before the first of this session.
    public var sequence: UInt32 = 0
    /// The most bytes of a message; over UDP they have to fit the path.
    public var mostBytes = MessageHeader.mostBytes
    /// Whether times are told as milliseconds too, for collectors that know no others.
    public var tellsMilliseconds = false
    /// How often templates are told anew; never on connections and in files, which lose nothing.
    public var templateRefresh: Interval?

    public init(domain: UInt32) {
      self.domain = domain
    }

    /// For answers to a collector: of no observation domain, so that they count among nobody's records.
    public static let answers = Self(domain: 0)

    /// For exporting over UDP (RFC 7011, 10.3.3: a message must fit the path).
    public static func datagrams(domain: UInt32) -> Self {
      var settings = Self(domain: domain)
      settings.mostBytes = 1_400
      settings.tellsMilliseconds = true
      settings.templateRefresh = .seconds(60)
      return settings
    }
  }

  private let settings: Settings
  private var record = Record()
  /// By shape; as long as the shapes that were needed make them.
  private var layouts: [RecordLayout?] = []
  private var isTold: [Bool] = []
  private var lastRefresh: Timestamp?
  /// The message that is being made; empty, or a header's bytes and some sets.
  private var message: [UInt8] = []
  /// Where the set begins that records are added to, and its number.
  private var openSet: (start: Int, id: UInt16)?
  /// The data records of all messages before this one, and of this one.
  private(set) var sequence: UInt32 = 0
  private var recordCount: UInt32 = 0

  /// No record is longer than the least message that is allowed for, but for its name.
  private static let leastMessage = 768
  private static let mostTextBytes = 4_096

  public init(_ settings: Settings) {
    var settings = settings
    settings.mostBytes = min(max(settings.mostBytes, Self.leastMessage), MessageHeader.mostBytes)
    self.settings = settings
    sequence = settings.sequence
  }

  /// How many data records were told, those of the unfinished message included.
  public var recordsTold: UInt32 { sequence &+ recordCount }

  /// Adds observations; `emit` takes each message that is full, stamped with the time `now`.
  ///
  /// Whatever `emit` throws ends the session: the message that it did not take is lost.
  public mutating func append<Problem>(
    _ observations: [Observation],
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    for observation in observations {
      try append(record.take(observation), at: now, emit)
    }
  }

  /// Adds how runs are that go on; what is told of the same flow later, with the same first time, replaces it.
  public mutating func append<Problem>(
    ongoing runs: [Run],
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    for run in runs {
      var shape = record.take(.run(run))
      shape.insert(.ongoing)
      record[flag: .isOngoing] = true
      try append(shape, at: now, emit)
    }
  }

  public mutating func append<Problem>(
    _ hello: AgentHello,
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    try append(hello.write(to: &record, domain: settings.domain), at: now, emit)
    record.octets.removeAll()
  }

  public mutating func append<Problem>(
    _ watermark: Watermark,
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    try append(watermark.write(to: &record, domain: settings.domain), at: now, emit)
  }

  public mutating func append<Problem>(
    _ acknowledgement: Acknowledgement,
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    try append(acknowledgement.write(to: &record, domain: settings.domain), at: now, emit)
  }

  /// Adds what is asked of a ring, a record for each pair of addresses; it is to be alone in its message.
  public mutating func append<Problem>(
    _ request: EvidenceRequest,
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    for wanted in request.wanted.prefix(EvidenceRequest.mostWanted) {
      let shape = request.write(wanted, to: &record, domain: settings.domain)
      try append(shape, at: now, emit)
    }
  }

  public mutating func append<Problem>(
    _ frame: RingFrame,
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    try append(frame.write(to: &record), at: now, emit)
    record.octets.removeAll(keepingCapacity: true)
  }

  public mutating func append<Problem>(
    _ end: EvidenceEnd,
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    try append(end.write(to: &record, domain: settings.domain), at: now, emit)
  }

  public mutating func append<Problem>(
    _ tally: NodeTally,
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    try append(tally.write(to: &record, domain: settings.domain), at: now, emit)
  }

  public mutating func append<Problem>(
    _ file: NamedFile,
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    let shape = record.begin(.captureFile)
    record[.domain] = UInt64(settings.domain)
    record[.file] = UInt64(max(0, file.number))
    record[flag: .isCut] = file.isCut
    record.text = Array(file.name.utf8)
    try append(shape, at: now, emit)
  }

  public mutating func append<Problem>(
    _ loss: InterfaceLoss,
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    let shape = record.begin(.interfaceLoss)
    record[.domain] = UInt64(settings.domain)
    record[.received] = loss.received
    record[.missed] = loss.missed
    record[.refused] = loss.refused
    record[.unsent] = loss.unsent
    record.text = Array(loss.name.utf8)
    try append(shape, at: now, emit)
  }

  /// Emits what was added since the last message.
  public mutating func flush<Problem>(
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    guard !message.isEmpty else { return }
    closeSet()
    let seconds = now.nanoseconds.flooredBySecond.seconds
    MessageHeader(
      length: message.count,
      exportTime: UInt32(truncatingIfNeeded: seconds),
      sequence: sequence,
      domain: settings.domain
    ).write(to: &message)
    sequence &+= recordCount
    recordCount = 0
    defer { message.removeAll(keepingCapacity: true) }
    try emit(message)
  }

  /// Has every template told again before it is next needed: what follows can be read without what went before.
  public mutating func forgetTemplates() {
    for index in isTold.indices { isTold[index] = false }
  }

  private mutating func append<Problem>(
    _ shape: RecordShape,
    at now: Timestamp,
    _ emit: ([UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    var shape = shape
    if settings.tellsMilliseconds { shape.insert(.milliseconds) }
    let layout = layout(of: shape)
    let text = layout.hasText ? cutText() : 0
    refreshTemplates(at: now)
    if message.count + room(for: shape, layout, text) > settings.mostBytes {
      try flush(at: now, emit)
    }
    if message.isEmpty {
      message.append(contentsOf: repeatElement(0, count: MessageHeader.byteCount))
    }
    if !isTold[Int(shape.bits)] {
      tell(layout, id: shape.templateID, scopeCount: shape.kind.scopeCount)
      isTold[Int(shape.bits)] = true
    }
    if openSet?.id != shape.templateID { open(shape.templateID) }
    layout.write(record, to: &message)
    recordCount &+= 1
  }

  private mutating func layout(of shape: RecordShape) -> RecordLayout {
    let place = Int(shape.bits)
    if place >= layouts.count {
      layouts += Array(repeating: nil, count: place + 1 - layouts.count)
      isTold += Array(repeating: false, count: place + 1 - isTold.count)
    }
    if let known = layouts[place] { return known }
    let layout = RecordLayout(shape.columns)
    layouts[place] = layout
    return layout
  }

  /// How many bytes the record's name and what stands beside it take, once they are no longer than fits.
  private mutating func cutText() -> Int {
    let most = min(Self.mostTextBytes, settings.mostBytes - Self.leastMessage + 64)
    if record.text.count > most { record.text.removeLast(record.text.count - most) }
    return record.text.count + record.octets.count
  }

  private func room(for shape: RecordShape, _ layout: RecordLayout, _ text: Int) -> Int {
    var room = layout.fixedLength + text
    if message.isEmpty { room += MessageHeader.byteCount }
    if !isTold[Int(shape.bits)] { room += SetID.headerLength + layout.templateLength }
    if openSet?.id != shape.templateID || !isTold[Int(shape.bits)] { room += SetID.headerLength }
    return room
  }

  private mutating func refreshTemplates(at now: Timestamp) {
    guard let refresh = settings.templateRefresh else { return }
    if let lastRefresh, now >= lastRefresh, now < lastRefresh + refresh { return }
    if lastRefresh != nil { forgetTemplates() }
    lastRefresh = now
  }

  private mutating func tell(_ layout: RecordLayout, id: UInt16, scopeCount: UInt16) {
    open(scopeCount > 0 ? SetID.optionsTemplate : SetID.template)
    layout.writeTemplate(id: id, scopeCount: scopeCount, to: &message)
    closeSet()
  }

  private mutating func open(_ id: UInt16) {
    closeSet()
    openSet = (message.count, id)
    message.append(bigEndian: id)
    message.append(bigEndian: UInt16(0))
  }

  private mutating func closeSet() {
    guard let (start, _) = openSet else { return }
    message.put(bigEndian: UInt64(message.count - start), length: 2, at: start + 2)
    openSet = nil
  }
}
