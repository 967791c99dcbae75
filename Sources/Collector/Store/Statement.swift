internal import CSQLite

/// What a column of a database holds.
public enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case bytes([UInt8])

  public init(_ text: String?) {
    self = text.map { .text($0) } ?? .null
  }

  public init(_ number: Int64?) {
    self = number.map { .integer($0) } ?? .null
  }
}

/// A prepared statement, given up exactly once.
@safe
public struct Statement: ~Copyable, @unchecked Sendable {
  private let handle: OpaquePointer
  private let path: String

  init(owning handle: OpaquePointer, of path: String) {
    unsafe self.handle = unsafe handle
    self.path = path
  }

  deinit {
    // SAFETY: made by `prepare`, and given up once.
    unsafe sqlite3_finalize(handle)
  }

  /// Runs it with these values to its end.
  public mutating func run(_ values: [SQLValue]) throws(StoreError) {
    try bind(values)
    while try next() {}
    reset()
  }

  /// Sets its parameters, in their order, and begins anew.
  public mutating func bind(_ values: [SQLValue]) throws(StoreError) {
    reset()
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      let status: Int32
      // SAFETY: SQLite copies texts and bytes during the call.
      switch value {
      case .null: status = unsafe sqlite3_bind_null(handle, place)
      case .integer(let number): status = unsafe sqlite3_bind_int64(handle, place, number)
      case .text(let text):
        let length = UInt64(text.utf8.count)
        status = unsafe stickler_bind_text(handle, place, text, length)
      case .bytes(let bytes):
        status = unsafe bytes.withUnsafeBytes {
          unsafe stickler_bind_bytes(handle, place, $0.baseAddress, UInt64($0.count))
        }
      }
      guard status == SQLITE_OK else { throw error(status) }
    }
  }

  /// Moves to the next row; false where there is none.
  public mutating func next() throws(StoreError) -> Bool {
    // SAFETY: the statement is ours.
    let status = unsafe sqlite3_step(handle)
    switch status {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw error(status)
    }
  }

  private mutating func reset() {
    // SAFETY: the statement is ours; the status repeats that of the last step.
    unsafe sqlite3_reset(handle)
  }

  // MARK: The columns of the row

  public func isNull(_ column: Int) -> Bool {
    // SAFETY: a column that is not there is null.
    unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
  }

  public func integer(_ column: Int) -> Int64 {
    // SAFETY: a column that is not there is 0.
    unsafe sqlite3_column_int64(handle, Int32(column))
  }

  public func text(_ column: Int) -> String? {
    isNull(column) ? nil : String(decoding: bytes(column), as: UTF8.self)
  }

  public func bytes(_ column: Int) -> [UInt8] {
    // SAFETY: the bytes are valid until the next step, and are copied at once.
    guard let start = unsafe sqlite3_column_blob(handle, Int32(column)) else { return [] }
    let count = unsafe sqlite3_column_bytes(handle, Int32(column))
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
  }

  private func error(_ status: Int32) -> StoreError {
    // SAFETY: the handle of a statement's database is open as long as the statement is there.
    unsafe Database.error(path, status, sqlite3_db_handle(handle))
  }
}
