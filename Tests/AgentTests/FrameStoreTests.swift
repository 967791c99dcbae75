import Agent
import Testing
import Wire

/// The memory that an agent keeps its last frames in.
@Suite struct FrameStoreTests {
  private static func header(_ number: Int) -> FrameStore.Header {
    FrameStore.Header(
      time: Timestamp(nanoseconds: Int64(number) * 1_000),
      number: UInt64(number),
      interface: UInt32(number % 7),
      originalLength: UInt32(number + 100)
    )
  }

  private static func bytes(_ number: Int, _ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0) }
  }

  private struct Kept: Equatable {
    var header: FrameStore.Header
    var bytes: [UInt8]
  }

  /// All that is in it, read in stretches.
  private static func all(_ store: borrowing FrameStore, from start: Int = 0) -> [Kept] {
    var kept: [Kept] = []
    var place = start
    while store.read(
      from: &place,
      atMost: 3,
      { header, bytes in
        var copy: [UInt8] = []
        for index in bytes.indices { copy.append(bytes[index]) }
        kept.append(Kept(header: header, bytes: copy))
      }
    ) {}
    return kept
  }

  @Test func `what is put in comes out in its order, cut to what is kept of a frame`() throws {
    var store = try FrameStore(capacity: 1 << 16, snapLength: 96)
    #expect(store.oldest == nil)
    #expect(Self.all(store).isEmpty)
    for (number, length) in [0, 1, 7, 8, 95, 96, 97, 1_500].enumerated() {
      store.append(Self.header(number), Self.bytes(number, length).span)
    }
    let kept = Self.all(store)
    #expect(kept.map(\.bytes.count) == [0, 1, 7, 8, 95, 96, 96, 96])
    #expect(kept.map(\.header) == (0..<8).map(Self.header))
    #expect(kept[7].bytes == Self.bytes(7, 96))
    #expect(store.oldest == Timestamp(nanoseconds: 0))
    #expect(store.overwritten == 0)
  }

  /// Lengths of all kinds, so that frames end at every distance from the mapping's end.
  @Test(arguments: [64, 96, 256, 1_001, 9_216])
  func `a full one holds the last frames whole, whatever their lengths`(snapLength: Int) throws {
    var store = try FrameStore(capacity: 1 << 16, snapLength: snapLength)
    var expected: [Kept] = []
    for number in 0..<2_000 {
      let length = number &* 7_919 % (snapLength + 40)
      let bytes = Self.bytes(number, length)
      store.append(Self.header(number), bytes.span)
      expected.append(
        Kept(header: Self.header(number), bytes: Array(bytes.prefix(min(snapLength, 16_384))))
      )
      guard number % 499 == 0 || number == 1_999 else { continue }
      let kept = Self.all(store)
      #expect(kept == Array(expected.suffix(kept.count)))
      let (count, overwritten, oldest) = (store.count, store.overwritten, store.oldest)
      #expect(kept.count == count)
      #expect(overwritten == UInt64(number + 1 - kept.count))
      #expect(oldest == kept.first?.header.time)
    }
    // It wastes no more than one frame at its end, and what stands before a frame.
    let held = Self.all(store).reduce(0) { $0 + 32 + ($1.bytes.count + 7) / 8 * 8 }
    #expect(held > (1 << 16) - 2 * (snapLength + 40) - 64)
  }

  @Test func `a place whose frame is gone leads to the oldest that is there`() throws {
    var store = try FrameStore(capacity: 1 << 16, snapLength: 256)
    store.append(Self.header(0), Self.bytes(0, 256).span)
    var place = 0
    let isMore = store.read(from: &place, atMost: 1) { _, _ in }
    #expect(isMore)
    for number in 1..<1_000 { store.append(Self.header(number), Self.bytes(number, 256).span) }
    let start = store.start
    #expect(place < start)
    let first = Self.all(store, from: place).first?.header.number
    #expect(first == 1_000 - 227, "227 frames of 288 bytes fit into 65,536")
  }

  @Test func `a frame is never longer than a quarter of it`() throws {
    var store = try FrameStore(capacity: 1, snapLength: 1 << 20)
    let capacity = store.capacity
    #expect(capacity == 1 << 16)
    for number in 0..<20 { store.append(Self.header(number), Self.bytes(number, 100_000).span) }
    #expect(Self.all(store).map(\.bytes.count) == [16_384, 16_384, 16_384])
  }
}
