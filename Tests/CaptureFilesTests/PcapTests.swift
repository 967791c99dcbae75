import CaptureFiles
import Testing
import Wire

@Suite struct PcapTests {
  /// A file header of version 2.4 with snap length 65,535 and Ethernet, then two records of 3 and 0 bytes.
  static let little: [UInt8] = [
    0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0,
    // 1 s and 2 µs, 3 bytes of 60.
    1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 60, 0, 0, 0, 0xaa, 0xbb, 0xcc,
    // 2 s and 999,999 µs, nothing of nothing.
    2, 0, 0, 0, 0x3f, 0x42, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ]

  /// The same in the other byte order and in nanoseconds, with Linux cooked capture as its link type.
  static let big: [UInt8] = [
    0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 113,
    0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 60, 0xaa, 0xbb, 0xcc,
    0, 0, 0, 2, 0, 0x0f, 0x42, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0,
  ]

  @Test func `a little-endian file in microseconds`() throws {
    let capture = try Capture(bytes: Self.little)
    #expect(capture.interfaces == [CaptureInterface(linkType: .ethernet, snapLength: 65_535)])
    #expect(
      capture.records == [
        Record(1, at: 1_000_002_000, [0xaa, 0xbb, 0xcc], of: 60),
        Record(2, at: 2_999_999_000, [], of: 0),
      ]
    )
    #expect(capture.warnings.isEmpty)
  }

  @Test func `a big-endian file in nanoseconds`() throws {
    let capture = try Capture(bytes: Self.big)
    #expect(
      capture.interfaces == [
        CaptureInterface(linkType: .linuxCooked, snapLength: 65_535, timeUnit: .nanoseconds)
      ]
    )
    #expect(
      capture.records == [
        Record(1, at: 1_000_000_002, [0xaa, 0xbb, 0xcc], of: 60),
        Record(2, at: 2_000_999_999, [], of: 0),
      ]
    )
  }

  @Test func `a file cut anywhere gives the records before the cut`() throws {
    for length in 0..<Self.little.count {
      let cut = Array(Self.little[..<length])
      if length < 24 {
        #expect(throws: CaptureFileError.self) { try Capture(bytes: cut) }
        continue
      }
      let capture = try Capture(bytes: cut)
      #expect(capture.records.count == (length < 43 ? 0 : 1), "at byte \(length)")
      let isClean = length == 24 || length == 43
      #expect(capture.warnings.map(\.kind) == (isClean ? [] : [.recordCutShort]))
    }
  }

  @Test func `an absurd length is an error behind the good records`() throws {
    var bytes = Self.little
    bytes[24 + 19 + 8 + 3] = 0x7f
    var reader = try CaptureReader(bytes: bytes, name: "a.pcap")
    var batch = RecordBatch()
    #expect(try reader.next(into: &batch))
    #expect(batch.records.map(\.number) == [1])
    let error = #expect(throws: CaptureFileError.self) { try reader.next(into: &batch) }
    #expect(
      error?.description
        == "a.pcap: byte 43: record 2 claims 2130706432 captured bytes, more than 262144"
    )
    #expect(try !reader.next(into: &batch))
  }

  @Test func `a record longer than a block is whole`() throws {
    var bytes = Self.little[..<24] + [0, 0, 0, 0, 0, 0, 0, 0]
    // A snap length of 16 MiB, and a record of 1 MiB.
    bytes.replaceSubrange(16..<20, with: [0, 0, 0, 1])
    bytes += [0, 0, 0x10, 0, 0, 0, 0x10, 0]
    let frame = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    bytes += frame + Self.little[43...]
    let capture = try Capture(bytes: Array(bytes))
    #expect(capture.records.map(\.bytes) == [frame, []])
  }
}
