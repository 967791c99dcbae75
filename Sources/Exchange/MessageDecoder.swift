public import Correlation
public import System
internal import Wire

/// What a message told.
public struct DecodedMessage: Sendable {
  public var observations: [Observation] = []
  public var tallies: [NodeTally] = []
  public var files: [NamedFile] = []
  public var losses: [InterfaceLoss] = []
  /// Runs that go on: each replaces what was told before of the same flow with the same first time.
  public var ongoing: [Run] = []
  public var hellos: [AgentHello] = []
  public var watermarks: [Watermark] = []
  public var acknowledgements: [Acknowledgement] = []
  public var requests: [EvidenceRequest] = []
  public var frames: [RingFrame] = []
  public var ends: [EvidenceEnd] = []

  public init() {}

  public mutating func removeAll() {
    observations.removeAll(keepingCapacity: true)
    tallies.removeAll()
    files.removeAll()
    losses.removeAll()
    ongoing.removeAll(keepingCapacity: true)
    hellos.removeAll()
    watermarks.removeAll()
    acknowledgements.removeAll()
    requests.removeAll()
    frames.removeAll()
    ends.removeAll()
  }
}

/// What came in, and what could not be used, by reason.
public struct DecodingCounts: Equatable, Sendable {
  public var messages = 0
  /// Data records that were read, ours or not.
  public var records = 0
  /// Records that sequence numbers say were sent and did not come.
  public var lost = 0
  /// Sets that were skipped because their template was never told, or was not taken.
  public var unknownTemplates = 0
  /// Templates that were not taken: too many, too long, or saying nothing.
  public var refusedTemplates = 0
  /// Elements of templates that mean nothing to us; their values are skipped.
  public var unknownElements = 0
  /// Records of other kinds than ours.
  public var foreign = 0
  /// Records and sets that contradict themselves.
  public var malformed = 0

  public init() {}
}

/// Reads the messages of one session: a connection, a file, or all datagrams of one sender.
///
/// Whatever the bytes are, nothing traps, nothing outside of them is read, and what is kept from message to message is
/// bounded. What cannot be used is skipped and counted.
public struct MessageDecoder: Sendable {
  public private(set) var counts = DecodingCounts()
  /// How the files of witnesses are numbered; the sender's own way unless set.
  public var files = FileNumbers()

  private var templates = TemplateTable()
  /// The sequence number that the next message of a domain should have.
  private var expected: [UInt32: UInt32] = [:]
  private var record = Record()

  private static let mostDomains = 4_096
  private static let required = RecordKind.allCases.map(\.required)

  public init() {}

  /// Adds what a message tells; false where it is none, so that a stream can be read no further.
  public mutating func decode(
    _ message: Span<UInt8>,
    into decoded: inout DecodedMessage
  ) -> Bool {
    guard let header = MessageHeader(message), header.length == message.count else { return false }
    counts.messages += 1
    noteSequence(of: header)
    let before = counts.records
    var isWhole = true
    var offset = MessageHeader.byteCount
    while offset + SetID.headerLength <= message.count {
      let id = message.integer16(at: offset)
      let end = offset + Int(message.integer16(at: offset + 2))
      guard end >= offset + SetID.headerLength, end <= message.count else {
        counts.malformed += 1
        isWhole = false
        break
      }
      let body = offset + SetID.headerLength..<end
      switch id {
      case SetID.template, SetID.optionsTemplate:
        readTemplates(message, body, header.domain, isOptions: id == SetID.optionsTemplate)
      case SetID.firstData...:
        if let template = templates[header.domain, id] {
          readRecords(message, body, template, into: &decoded)
        } else {
          counts.unknownTemplates += 1
          isWhole = false
        }
      default: counts.malformed += 1
      }
      offset = end
    }
    expect(header, records: isWhole ? counts.records - before : nil)
    return true
  }

  private mutating func noteSequence(of header: MessageHeader) {
    guard let expected = expected[header.domain] else { return }
    let missing = header.sequence &- expected
    // More than half of all numbers missing is a sender that began anew, or a datagram that was overtaken.
    if missing < 1 << 31 { counts.lost += Int(missing) }
  }

  private mutating func expect(_ header: MessageHeader, records: Int?) {
    guard let records else {
      expected[header.domain] = nil
      return
    }
    guard expected.count < Self.mostDomains || expected[header.domain] != nil else { return }
    expected[header.domain] = header.sequence &+ UInt32(truncatingIfNeeded: records)
  }

  private mutating func readTemplates(
    _ message: Span<UInt8>,
    _ body: Range<Int>,
    _ domain: UInt32,
    isOptions: Bool
  ) {
    var offset = body.lowerBound
    // Fewer bytes than a template's header are padding.
    while offset + 4 <= body.upperBound {
      let id = message.integer16(at: offset)
      let count = Int(message.integer16(at: offset + 2))
      offset += 4
      if count == 0 {
        if id >= SetID.firstData {
          templates.withdraw(domain, id)
        } else if id == SetID.template || id == SetID.optionsTemplate {
          templates.withdrawAll(domain)
        }
        continue
      }
      if isOptions { offset += 2 }
      var template = Template()
      for _ in 0..<count {
        guard offset + 4 <= body.upperBound else {
          counts.malformed += 1
          return
        }
        let number = message.integer16(at: offset)
        let length = message.integer16(at: offset + 2)
        offset += 4
        var enterprise: UInt32 = 0
        if number >> 15 != 0 {
          guard offset + 4 <= body.upperBound else {
            counts.malformed += 1
            return
          }
          enterprise = UInt32(truncatingIfNeeded: message.integer(at: offset, length: 4))
          offset += 4
        }
        guard template.parts.count < TemplateTable.mostFields else { continue }
        template.add(
          InformationElement(enterprise: enterprise, number & 0x7fff),
          length: length
        )
      }
      counts.unknownElements += template.unknownElements
      // A record of no bytes would never come to an end.
      guard id >= SetID.firstData, count <= TemplateTable.mostFields, template.leastLength > 0,
        templates.set(template, domain, id)
      else {
        counts.refusedTemplates += 1
        continue
      }
    }
  }

  private mutating func readRecords(
    _ message: Span<UInt8>,
    _ body: Range<Int>,
    _ template: Template,
    into decoded: inout DecodedMessage
  ) {
    var offset = body.lowerBound
    // What is shorter than a record is padding.
    while offset + template.leastLength <= body.upperBound {
      guard let next = read(message, offset..<body.upperBound, template) else {
        counts.malformed += 1
        return
      }
      offset = next
      counts.records += 1
      take(template.fields, into: &decoded)
    }
  }

  /// Reads one record's values; answers where the next one begins, or nil where this one has no end.
  private mutating func read(
    _ message: Span<UInt8>,
    _ body: Range<Int>,
    _ template: Template
  ) -> Int? {
    var offset = body.lowerBound
    for part in template.parts {
      var length = Int(part.length)
      if part.length == Column.variableLength {
        guard offset < body.upperBound else { return nil }
        length = Int(message[offset])
        offset += 1
        if length == 255 {
          guard offset + 2 <= body.upperBound else { return nil }
          length = Int(message.integer16(at: offset))
          offset += 2
        }
      }
      guard offset + length <= body.upperBound else { return nil }
      if let field = part.field {
        switch part.coding {
        case .unsigned, .milliseconds:
          record[field] = message.integer(at: offset, length: length)
        case .boolean: record[flag: field] = message[offset] == 1
        case .address4:
          let bits = message.integer(at: offset, length: 4)
          record[address: field] = IPAddress(v4: UInt32(truncatingIfNeeded: bits))
        case .address6:
          record[address: field] = IPAddress(
            high: message.integer(at: offset, length: 8),
            low: message.integer(at: offset + 8, length: 8)
          )
        case .ntp:
          record[time: field] =
            NTPTime(bits: message.integer(at: offset, length: 8)).timestamp
        case .text:
          readText(message, offset..<offset + length, areOctets: field.isOctets)
        }
      }
      offset += length
    }
    return offset
  }

  private mutating func readText(_ message: Span<UInt8>, _ bytes: Range<Int>, areOctets: Bool) {
    if areOctets {
      record.octets = bytes.map { message[$0] }
      return
    }
    record.text.removeAll(keepingCapacity: true)
    for index in bytes { record.text.append(message[index]) }
  }

  private mutating func take(_ fields: FieldSet, into decoded: inout DecodedMessage) {
    guard fields.contains(.kind), let kind = RecordKind(rawValue: record.integer8(.kind)) else {
      counts.foreign += 1
      return
    }
    guard fields.isSuperset(of: Self.required[Int(kind.rawValue) - 1]) else {
      counts.malformed += 1
      return
    }
    switch kind {
    case .node:
      guard let tally = NodeTally(record, fields) else {
        counts.malformed += 1
        return
      }
      decoded.tallies.append(tally)
    case .captureFile:
      decoded.files.append(
        NamedFile(
          number: Int(record.integer32(.file)),
          name: String(decoding: record.text, as: UTF8.self),
          isCut: record[flag: .isCut]
        )
      )
    case .interfaceLoss:
      var loss = InterfaceLoss(name: String(decoding: record.text, as: UTF8.self))
      loss.received = record[.received]
      loss.missed = record[.missed]
      loss.refused = record[.refused]
      loss.unsent = record[.unsent]
      decoded.losses.append(loss)
    case .hello: decoded.hellos.append(AgentHello(record, fields))
    case .watermark: decoded.watermarks.append(Watermark(record))
    case .acknowledgement: decoded.acknowledgements.append(Acknowledgement(record, fields))
    case .evidenceRequest:
      let reading = RecordReading(record: record, fields: fields, files: files)
      if !decoded.requests.take(reading) { counts.malformed += 1 }
    case .ringFrame: decoded.frames.append(RingFrame(record))
    case .evidenceEnd:
      guard let end = EvidenceEnd(record, fields) else {
        counts.malformed += 1
        return
      }
      decoded.ends.append(end)
    default:
      let reading = RecordReading(record: record, fields: fields, files: files)
      guard let observation = reading.observation(kind) else {
        counts.malformed += 1
        return
      }
      if case .run(let run) = observation, fields.contains(.isOngoing), record[flag: .isOngoing] {
        decoded.ongoing.append(run)
      } else {
        decoded.observations.append(observation)
      }
    }
  }
}
