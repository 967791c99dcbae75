/// Records that are handed over together, and the bytes they point into.
///
/// A batch belongs to whoever asked for it, and may cross threads. Given to `next(into:)` again, its storage is used
/// again: after the first few batches of a file nothing is allocated. Keep two of them to read one while using the
/// other.
public struct RecordBatch: Sendable {
  /// Filled by one `read` at a time: large enough that the call is cheap, small enough to stay in a core's cache.
  static let blockLength = 256 * 1024
  /// Room for the record that the previous block cut in two.
  static let carryLength = 64 * 1024

  public internal(set) var records: [CaptureRecord] = []
  /// What the records' offsets point into; bytes outside the records are left-overs without a meaning.
  public internal(set) var bytes: [UInt8] = []
  /// Comments, packet identifiers and drop counts of the records that have any, in the records' order.
  public internal(set) var annotations: [RecordAnnotation] = []

  public init() {}

  /// The captured bytes of one of this batch's records.
  @inlinable
  @_lifetime(borrow self)
  public func bytes(of record: CaptureRecord) -> Span<UInt8> {
    bytes.span.extracting(record.range)
  }

  mutating func reset() {
    records.removeAll(keepingCapacity: true)
    annotations.removeAll(keepingCapacity: true)
    if bytes.count < Self.blockLength + Self.carryLength {
      bytes = Array(repeating: 0, count: Self.blockLength + Self.carryLength)
    }
  }

  /// Makes room for a block behind the first `filled` bytes, at least as much again as there is.
  mutating func makeRoom(_ filled: Int) {
    guard bytes.count < filled + Self.blockLength, filled > Self.carryLength else { return }
    bytes.append(contentsOf: repeatElement(0, count: max(bytes.count, Self.blockLength)))
  }

  /// Makes room for exactly `length` bytes behind the first `filled`.
  mutating func makeRoom(_ filled: Int, for length: Int) {
    guard bytes.count < filled + length else { return }
    bytes.append(contentsOf: repeatElement(0, count: filled + length - bytes.count))
  }
}

/// Something that a pcapng file says of one record, beside its time, lengths and flags.
public struct RecordAnnotation: Hashable, Sendable {
  public enum Content: Hashable, Sendable {
    /// UTF-8 text at these indices of `RecordBatch.bytes`.
    case comment(Range<UInt32>)
    /// Equal in the records of one packet that several interfaces saw.
    case packetID(UInt64)
    /// Packets that the interface lost between its previous record and this one.
    case dropCount(UInt64)
  }

  /// The annotated record, as an index into `RecordBatch.records`.
  public var record: Int
  public var content: Content
}
