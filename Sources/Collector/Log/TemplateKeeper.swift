internal import Exchange

/// The templates that a sender has told, as bytes: whatever is kept of its messages begins with them.
///
///      0                   1                   2                   3
///     +-------------------+-------------------+
///     |  set: 2 or 3      |  length           |
///     +-------------------+-------------------+
///     |  template         |  count of fields  |  (count of scopes, for options)
///     +-------------------+-------------------+
///     |  element          |  length           |  enterprise, if the element's highest bit is set
///
/// Only the domain of the first message counts: an agent has one.
struct TemplateKeeper: Sendable {
  private struct Key: Hashable {
    var set: UInt16
    var template: UInt16
  }

  private var templates: [Key: [UInt8]] = [:]
  private static let most = 4_096

  /// Takes note of a message's templates; whether there was any.
  @discardableResult
  mutating func note(_ message: [UInt8]) -> Bool {
    var hasTemplates = false
    var offset = MessageHeader.byteCount
    while offset + 4 <= message.count {
      let set = message.integer16(offset)
      let end = offset + Int(message.integer16(offset + 2))
      guard end >= offset + 4, end <= message.count else { break }
      if set == 2 || set == 3 {
        hasTemplates = true
        note(message, offset + 4..<end, set)
      }
      offset = end
    }
    return hasTemplates
  }

  private mutating func note(_ message: [UInt8], _ body: Range<Int>, _ set: UInt16) {
    var offset = body.lowerBound
    while offset + 4 <= body.upperBound {
      let start = offset
      let template = message.integer16(offset)
      let fields = Int(message.integer16(offset + 2))
      // A withdrawal has no fields, and what is no template ends the set.
      guard template >= 256, fields > 0 else { return }
      offset += set == 3 ? 6 : 4
      for _ in 0..<fields {
        guard offset + 4 <= body.upperBound else { return }
        offset += message.integer16(offset) >> 15 == 0 ? 4 : 8
      }
      guard offset <= body.upperBound else { return }
      let key = Key(set: set, template: template)
      guard templates.count < Self.most || templates[key] != nil else { continue }
      templates[key] = Array(message[start..<offset])
    }
  }

  /// Messages of all templates and nothing else.
  func messages(domain: UInt32, exportTime: UInt32, sequence: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    var message: [UInt8] = []
    func end() {
      guard !message.isEmpty else { return }
      let header: [(UInt64, Int)] = [
        (UInt64(MessageHeader.version), 2),
        (UInt64(message.count + MessageHeader.byteCount), 2),
        (UInt64(exportTime), 4), (UInt64(sequence), 4), (UInt64(domain), 4),
      ]
      for (number, length) in header { bytes.append(number, length) }
      bytes += message
      message = []
    }
    let inOrder = templates.sorted {
      ($0.key.set, $0.key.template) < ($1.key.set, $1.key.template)
    }
    for (key, template) in inOrder {
      if message.count + template.count > 32_768 { end() }
      message.append(UInt64(key.set), 2)
      message.append(UInt64(template.count + 4), 2)
      message += template
    }
    end()
    return bytes
  }
}

extension [UInt8] {
  fileprivate func integer16(_ offset: Int) -> UInt16 {
    UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
  }

  fileprivate mutating func append(_ number: UInt64, _ length: Int) {
    for index in 0..<length {
      append(UInt8(truncatingIfNeeded: number >> UInt64(8 * (length - 1 - index))))
    }
  }
}
