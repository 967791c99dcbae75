public import Wire

/// Writes a pcap file with nanoseconds, in little-endian order, to the end of a byte array.
public struct PcapEncoder: Sendable {
  /// Begins a file with its header.
  public init(linkType: LinkType, snapLength: UInt32 = 262_144, to bytes: inout [UInt8]) {
    bytes.appendInteger(0xa1b2_3c4d as UInt32)
    bytes.appendInteger(2 as UInt16)
    bytes.appendInteger(4 as UInt16)
    bytes.appendInteger(0 as UInt64)
    bytes.appendInteger(snapLength)
    bytes.appendInteger(UInt32(linkType.rawValue))
  }

  /// Appends a record; a time that pcap cannot hold (before 1970 or after 2106) becomes the nearest that it can.
  public func append(
    _ frame: Span<UInt8>,
    at time: Timestamp,
    originalLength: UInt32,
    to bytes: inout [UInt8]
  ) {
    let highest = Int64(UInt32.max) * 1_000_000_000 + 999_999_999
    let nanoseconds = UInt64(min(max(time.nanoseconds, 0), highest))
    bytes.appendInteger(UInt32(nanoseconds / 1_000_000_000))
    bytes.appendInteger(UInt32(nanoseconds % 1_000_000_000))
    bytes.appendInteger(UInt32(frame.count))
    bytes.appendInteger(originalLength)
    bytes.append(frame)
  }
}

extension [UInt8] {
  /// Appends an integer in little-endian order.
  mutating func appendInteger<Integer: FixedWidthInteger>(_ value: Integer) {
    var rest = value
    for _ in 0..<Integer.bitWidth / 8 {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  mutating func append(_ span: Span<UInt8>) {
    // SAFETY: the bytes are copied before the span ends.
    unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
