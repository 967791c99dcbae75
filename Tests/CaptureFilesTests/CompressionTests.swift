import CaptureFiles
import Testing
import Wire

@Suite struct CompressionTests {
  /// `PcapTests.little` by gzip, in two members that part within its first record.
  static let gzip: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xbb, 0x72, 0x78, 0xd3, 0x42, 0x26,
    0x06, 0x16, 0x06, 0x18, 0xf8, 0xff, 0x9f, 0x81, 0x81, 0x91, 0x01, 0x82, 0x99, 0x80, 0x98, 0x19,
    0x88, 0x6d, 0x80, 0x18, 0x00, 0xc3, 0xe7, 0xd8, 0xb0, 0x28, 0x00, 0x00, 0x00, 0x1f, 0x8b, 0x08,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x5b, 0xb5, 0xfb, 0x0c, 0x13, 0x03, 0x03, 0x83, 0xbd,
    0x13, 0x3f, 0x03, 0x0c, 0x00, 0x00, 0x60, 0xbc, 0x31, 0xd7, 0x13, 0x00, 0x00, 0x00,
  ]

  /// The same by zstd, in two frames with a skippable frame of two bytes between them.
  static let zstd: [UInt8] = [
    0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x15, 0x01, 0x00, 0xd0, 0xd4, 0xc3, 0xb2, 0xa1, 0x02, 0x00,
    0x04, 0x00, 0xff, 0xff, 0x00, 0x00, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00,
    0x3c, 0x00, 0x00, 0x00, 0x02, 0x00, 0xbb, 0x51, 0x08, 0xc0, 0x05, 0x9c, 0x85, 0xad, 0x3a, 0x51,
    0x2a, 0x4d, 0x18, 0x02, 0x00, 0x00, 0x00, 0x09, 0x09, 0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x99,
    0x00, 0x00, 0xaa, 0xbb, 0xcc, 0x02, 0x00, 0x00, 0x00, 0x3f, 0x42, 0x0f, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x93, 0xf7, 0xe7,
  ]

  @Test(arguments: [gzip, zstd])
  func `parts behind each other are one file`(bytes: [UInt8]) throws {
    let capture = try Capture(bytes: bytes)
    #expect(capture.records == (try Capture(bytes: PcapTests.little)).records)
    #expect(capture.warnings.isEmpty)
  }

  @Test(arguments: [gzip, zstd])
  func `a stream cut anywhere gives what it held, and says so`(bytes: [UInt8]) throws {
    let whole = try Capture(bytes: PcapTests.little).records
    for length in 0..<bytes.count {
      do {
        let capture = try Capture(bytes: Array(bytes[..<length]))
        #expect(whole.starts(with: capture.records))
        #expect(!capture.warnings.isEmpty, "at byte \(length)")
      } catch let error as CaptureFileError {
        // Too little for the file header, or no magic number at all.
        #expect(error.operation == .recognise, "at byte \(length)")
      }
    }
  }

  @Test(arguments: [(gzip, 12), (zstd, 20)])
  func `what is cut before anything comes out of it is not called empty`(
    bytes: [UInt8],
    length: Int
  ) {
    #expect(
      throws: CaptureFileError(
        file: "memory",
        operation: .recognise,
        reason: "the compressed stream is cut short before anything of the capture can be read",
        isDecompressed: true
      )
    ) { try Capture(bytes: Array(bytes[..<length])) }
  }

  @Test(arguments: [gzip, zstd])
  func `a damaged stream is an error behind what it held, or other bytes`(bytes: [UInt8]) {
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << UInt8(bit)
        // Some bits carry nothing, such as a time or a name's presence.
        _ = try? Capture(bytes: damaged)
      }
    }
  }

  @Test func `bytes behind the last member are told and ignored`() throws {
    let capture = try Capture(bytes: Self.gzip + [0, 0, 0, 0, 0])
    #expect(capture.records.count == 2)
    #expect(capture.warnings.map(\.kind) == [.bytesAfterStream])
    #expect(
      capture.warnings.first?.description
        == "memory: byte 78: the bytes after the compressed stream are ignored"
    )
  }
}
