internal import Wire

/// The values of one record, by field; which of them are there, its shape or its template says.
///
/// Kept from record to record, so that none allocates.
struct Record: Sendable {
  private var words = Array(repeating: UInt64(0), count: Field.allCases.count)
  /// The first eight bytes of addresses.
  private var highs = Array(repeating: UInt64(0), count: Field.allCases.count)
  /// The one name that a record may have.
  var text: [UInt8] = []
  /// What a record has beside its name: a hello's token, or the bytes of a frame.
  var octets: [UInt8] = []

  subscript(field: Field) -> UInt64 {
    get { words[Int(field.rawValue)] }
    set { words[Int(field.rawValue)] = newValue }
  }

  subscript(address field: Field) -> IPAddress {
    get { IPAddress(high: highs[Int(field.rawValue)], low: words[Int(field.rawValue)]) }
    set {
      highs[Int(field.rawValue)] = newValue.high
      words[Int(field.rawValue)] = newValue.low
    }
  }

  subscript(time field: Field) -> Timestamp {
    get { Timestamp(nanoseconds: Int64(bitPattern: self[field])) }
    set { self[field] = UInt64(bitPattern: newValue.nanoseconds) }
  }

  subscript(flag field: Field) -> Bool {
    get { self[field] != 0 }
    set { self[field] = newValue ? 1 : 0 }
  }

  /// An address and the port whose field comes behind it.
  subscript(endpoint address: Field, port: Field) -> Endpoint {
    get { Endpoint(self[address: address], UInt16(truncatingIfNeeded: self[port])) }
    set {
      self[address: address] = newValue.address
      self[port] = UInt64(newValue.port)
    }
  }

  func integer32(_ field: Field) -> UInt32 { UInt32(truncatingIfNeeded: self[field]) }
  func integer8(_ field: Field) -> UInt8 { UInt8(truncatingIfNeeded: self[field]) }
}
