/// Where a node's packets can be found again, in four bytes each: its files' numbers above the frames'.
///
/// A node of one file can name four billion frames of it; one of 256 files, 16 million of each. A frame beyond that is
/// named by the last one that can be.
struct FrameCode: Sendable {
  private let firstFile: Int
  private let frameBits: UInt32

  init(files: Range<Int>) {
    firstFile = files.lowerBound
    let fileBits = Int.bitWidth - max(files.count - 1, 0).leadingZeroBitCount
    frameBits = UInt32(32 - min(fileBits, 24))
  }

  @inline(always)
  func encode(_ witness: Witness) -> UInt32 {
    let most: UInt64 = 1 << UInt64(frameBits) &- 1
    let file = UInt32(truncatingIfNeeded: witness.file &- firstFile)
    // A shift by all 32 bits is 0, as it has to be for a single file.
    return file << frameBits | UInt32(truncatingIfNeeded: min(witness.frame, most))
  }

  func decode(_ code: UInt32) -> Witness {
    let most: UInt64 = 1 << UInt64(frameBits) &- 1
    return Witness(file: firstFile + Int(code >> frameBits), frame: UInt64(code) & most)
  }
}
