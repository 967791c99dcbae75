internal import Wire

/// How the records of one template are laid out, and that template itself.
struct RecordLayout: Sendable {
  let columns: [Column]
  /// The bytes of a record but for its name, which takes its own and the length before them.
  let fixedLength: Int
  let hasText: Bool
  /// The bytes that the template takes in its set.
  let templateLength: Int

  init(_ columns: [Column]) {
    self.columns = columns
    hasText = columns.contains { $0.coding == .text }
    fixedLength = columns.reduce(0) { sum, column in
      sum + (column.coding == .text ? 3 : Int(column.length))
    }
    // Two more for an options template.
    templateLength = columns.reduce(6) { sum, column in
      sum + (column.element.enterprise == 0 ? 4 : 8)
    }
  }

  func writeTemplate(id: UInt16, scopeCount: UInt16, to message: inout [UInt8]) {
    message.append(bigEndian: id)
    message.append(bigEndian: UInt16(columns.count))
    if scopeCount > 0 { message.append(bigEndian: scopeCount) }
    for column in columns {
      let element = column.element
      message.append(bigEndian: element.number | (element.enterprise == 0 ? 0 : 1 << 15))
      message.append(bigEndian: column.length)
      if element.enterprise != 0 {
        message.append(bigEndian: UInt64(element.enterprise), length: 4)
      }
    }
  }

  func write(_ record: Record, to message: inout [UInt8]) {
    for column in columns {
      let field = column.field
      switch column.coding {
      case .unsigned:
        message.append(bigEndian: record[field], length: Int(column.length))
      case .boolean:
        message.append(record[flag: field] ? 1 : 2)
      case .address4:
        message.append(bigEndian: record[field], length: 4)
      case .address6:
        let address = record[address: field]
        message.append(bigEndian: address.high, length: 8)
        message.append(bigEndian: address.low, length: 8)
      case .ntp:
        message.append(bigEndian: NTPTime(record[time: field])?.bits ?? 0, length: 8)
      case .milliseconds:
        let (seconds, nanoseconds) = record[time: field].nanoseconds.flooredBySecond
        let milliseconds = max(0, seconds) * 1_000 + nanoseconds / 1_000_000
        message.append(bigEndian: UInt64(milliseconds), length: 8)
      case .text:
        let text = field.isOctets ? record.octets : record.text
        // Always the long form of a length (RFC 7011, 7), so that all names are written alike.
        message.append(255)
        message.append(bigEndian: UInt16(truncatingIfNeeded: text.count))
        message.append(contentsOf: text)
      }
    }
  }
}
