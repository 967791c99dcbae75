internal import Glibc
internal import LiveCapture
package import System
package import Wire

/// The last frames that were captured, one behind the other in one mapping; a new one takes the place of the oldest.
///
/// Nothing is allocated for a frame. Places are counted in bytes since the first frame and never go back, so that whoever
/// reads on from a place knows whether what stood there is gone.
///
///      0          4            8        16       24          28       32
///     +----------+------------+--------+--------+-----------+--------+-----------+
///     | captured | original   |  time  | number | interface | unused |   bytes   |  padded to eight
///     +----------+------------+--------+--------+-----------+--------+-----------+
///
/// A frame never goes over the mapping's end: all bits of `captured` say that the next one stands at its beginning.
@safe
package struct FrameStore: ~Copyable {
  private let base: UnsafeMutableRawPointer
  /// The bytes of the mapping.
  package let capacity: Int
  /// The most that is kept of a frame.
  package let snapLength: Int
  /// Where the next frame comes, and where the oldest stands.
  package private(set) var end = 0
  package private(set) var start = 0
  /// How many frames are in it, and how many were.
  package private(set) var count = 0
  package private(set) var overwritten: UInt64 = 0

  /// What is known of a frame beside its bytes.
  package struct Header: Equatable, Sendable {
    package var time: Timestamp
    package var number: UInt64
    package var interface: UInt32
    package var originalLength: UInt32

    package init(time: Timestamp, number: UInt64, interface: UInt32, originalLength: UInt32) {
      self.time = time
      self.number = number
      self.interface = interface
      self.originalLength = originalLength
    }
  }

  private static let headerLength = 32
  private static let isEnd = UInt32.max
  package static let leastCapacity = 1 << 16

  /// Maps the memory, which becomes the process's own page by page as frames come.
  package init(capacity: Int, snapLength: Int) throws(SystemError) {
    let page = 1 << 12
    let capacity = (max(capacity, Self.leastCapacity) + page - 1) / page * page
    // SAFETY: new memory, that nobody else knows.
    let base = unsafe mmap(
      nil,
      capacity,
      PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS,
      -1,
      0
    )
    guard let base = unsafe base, unsafe base != MAP_FAILED else {
      throw SystemError("map \(capacity) bytes for --evidence-ring", code: errno)
    }
    unsafe self.base = base
    self.capacity = capacity
    self.snapLength = min(snapLength, capacity / 4)
  }

  deinit {
    // SAFETY: what `init` mapped.
    unsafe munmap(base, capacity)
  }

  /// Keeps a frame, as much of it as is wanted.
  package mutating func append(_ header: Header, _ bytes: Span<UInt8>) {
    let captured = min(bytes.count, snapLength)
    let needed = Self.headerLength + (captured + 7) & ~7
    var place = end % capacity
    if place + needed > capacity {
      makeRoom(upTo: end + capacity - place)
      // SAFETY: places are multiples of eight, as the capacity is, so that there is room for a mark before the end.
      unsafe base.storeBytes(of: Self.isEnd, toByteOffset: place, as: UInt32.self)
      end += capacity - place
      place = 0
    }
    makeRoom(upTo: end + needed)
    // SAFETY: `needed` bytes from `place` on are within the mapping, and hold no frame any more.
    let frame = unsafe base + place
    unsafe frame.storeBytes(of: UInt32(captured), as: UInt32.self)
    unsafe frame.storeBytes(of: header.originalLength, toByteOffset: 4, as: UInt32.self)
    unsafe frame.storeBytes(of: header.time.nanoseconds, toByteOffset: 8, as: Int64.self)
    unsafe frame.storeBytes(of: header.number, toByteOffset: 16, as: UInt64.self)
    unsafe frame.storeBytes(of: header.interface, toByteOffset: 24, as: UInt32.self)
    unsafe bytes.withUnsafeBytes { source in
      guard captured > 0, let address = source.baseAddress else { return }
      unsafe (frame + Self.headerLength).copyMemory(from: address, byteCount: captured)
    }
    end += needed
    count += 1
  }

  /// When the oldest frame was seen that is still there.
  package var oldest: Timestamp? {
    guard count > 0 else { return nil }
    let place = firstFrame(from: start) % capacity
    return header(at: place).time
  }

  /// Shows frames from a place on, at most so many, and moves the place behind them; false where there are no more.
  ///
  /// What is gone from the place given is passed over.
  package func read(
    from place: inout Int,
    atMost most: Int,
    _ body: (Header, Span<UInt8>) -> Void
  ) -> Bool {
    place = max(place, start)
    for _ in 0..<most {
      place = firstFrame(from: place)
      guard place < end else { return false }
      let offset = place % capacity
      let captured = length(at: offset)
      // SAFETY: a frame's bytes stand behind its header, within the mapping, and nobody writes during this call.
      let bytes = unsafe UnsafeBufferPointer(
        start: (base + offset + Self.headerLength).assumingMemoryBound(to: UInt8.self),
        count: captured
      )
      body(header(at: offset), unsafe bytes.span)
      place += Self.headerLength + (captured + 7) & ~7
    }
    return true
  }

  private mutating func makeRoom(upTo newEnd: Int) {
    while newEnd - start > capacity {
      start = firstFrame(from: start)
      // What is left may be the mark of the mapping's end alone.
      guard start < end else { return }
      guard newEnd - start > capacity else { return }
      start += Self.headerLength + (length(at: start % capacity) + 7) & ~7
      count -= 1
      overwritten &+= 1
    }
  }

  /// The place itself, or the mapping's beginning where the mark of its end stands there.
  private func firstFrame(from place: Int) -> Int {
    guard place < end else { return place }
    let offset = place % capacity
    // SAFETY: a frame or a mark stands there.
    let mark = unsafe base.load(fromByteOffset: offset, as: UInt32.self)
    return mark == Self.isEnd ? place + capacity - offset : place
  }

  private func length(at offset: Int) -> Int {
    // SAFETY: a frame stands there.
    Int(unsafe base.load(fromByteOffset: offset, as: UInt32.self))
  }

  private func header(at offset: Int) -> Header {
    // SAFETY: a frame stands there.
    let frame = unsafe base + offset
    return unsafe Header(
      time: Timestamp(nanoseconds: frame.load(fromByteOffset: 8, as: Int64.self)),
      number: frame.load(fromByteOffset: 16, as: UInt64.self),
      interface: frame.load(fromByteOffset: 24, as: UInt32.self),
      originalLength: frame.load(fromByteOffset: 4, as: UInt32.self)
    )
  }
}
