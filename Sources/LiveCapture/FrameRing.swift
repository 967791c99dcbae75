internal import Glibc
internal import Synchronization
internal import Wire

/// The ring of blocks that the kernel fills with frames (TPACKET_V3 of packet(7)), read where it lies.
///
/// A block is ours from when the kernel closed it, for it was full or old enough, until it is given back. It begins with
/// its description, and its frames follow, each with the sender's address in front of its packet:
///
///      0         4         8        12       16
///     +---------+---------+--------+--------+-------------+
///     | version | private | status | frames | first frame |
///     +---------+---------+--------+--------+-------------+
///
///      0      4         8             12         16       20       24    26        48     50
///     +------+---------+-------------+----------+--------+--------+-----+-----+-   +------+----------+
///     | next | seconds | nanoseconds | captured | length | status | MAC | net | ...|family| protocol |
///     +------+---------+-------------+----------+--------+--------+-----+-----+-   +------+----------+
///      52        56     58       59       60        68
///     +---------+------+--------+--------+---------+
///     | ifindex |ARPHRD| packet |  addr  | address |  and at `net` the packet
///     |         |      |  type  | length |         |
///     +---------+------+--------+--------+---------+
///
/// Read through libpcap, a frame passed its bookkeeping, a callback from C and two closures more: an eighth of what a watch
/// took.
@safe
struct FrameRing: ~Copyable {
  private let base: UnsafeMutableRawPointer
  private let blockLength: Int
  private let blockCount: Int
  /// The block that is read or waited for, the frames left of it, and where the next one begins.
  private var block = 0
  private var left: UInt32 = 0
  private var next = 0

  /// In front of a packet the kernel leaves 16 bytes more than our header needs.
  private static let headerLength = 20
  private static let addressEnd = 68
  private static let outgoing: UInt8 = 4
  private static let loopback: UInt16 = 772

  /// Maps the ring that a packet socket was given; nil where the system does not let us.
  init?(_ socket: Int32, blockLength: Int, blockCount: Int) {
    // SAFETY: a new mapping, which `deinit` removes and nobody else knows.
    let base = unsafe mmap(
      nil,
      blockLength * blockCount,
      PROT_READ | PROT_WRITE,
      MAP_SHARED,
      socket,
      0
    )
    guard let base = unsafe base, unsafe base != MAP_FAILED else { return nil }
    unsafe self.base = base
    self.blockLength = blockLength
    self.blockCount = blockCount
  }

  deinit {
    // SAFETY: what `init` mapped.
    unsafe munmap(base, blockLength * blockCount)
  }

  /// Hands frames over that wait, until `body` has taken so many; how many it took.
  ///
  /// What a loopback interface sends is left out: it receives the same.
  @inline(__always)
  mutating func read(
    atMost limit: Int,
    snapLength: Int,
    _ body: (borrowing CaptureSocket.Frame) -> Bool
  ) -> Int {
    var taken = 0
    while taken < limit, hasFrame() {
      // SAFETY: within the mapping, as `hasFrame` and `advance` make sure.
      let frame = unsafe base + block * blockLength + next
      let length = Int(unsafe frame.load(fromByteOffset: 0, as: UInt32.self))
      let net = Int(unsafe frame.load(fromByteOffset: 26, as: UInt16.self))
      let captured = Int(unsafe frame.load(fromByteOffset: 12, as: UInt32.self))
      let room = min(captured, blockLength - next - net)
      let isTwin =
        unsafe frame.load(fromByteOffset: 58, as: UInt8.self) == Self.outgoing
        && frame.load(fromByteOffset: 56, as: UInt16.self) == Self.loopback
      if !isTwin, net >= Self.addressEnd + Self.headerLength, room >= 0 {
        let start = unsafe frame + (net - Self.headerLength)
        unsafe Self.putHeader(of: frame, at: start)
        // SAFETY: the header and the captured bytes behind it lie in the block, which is ours until it is given back.
        let bytes = unsafe UnsafeBufferPointer(
          start: start.assumingMemoryBound(to: UInt8.self),
          count: min(Self.headerLength + room, snapLength)
        )
        let seconds = Int64(unsafe frame.load(fromByteOffset: 4, as: UInt32.self))
        let rest = Int64(unsafe frame.load(fromByteOffset: 8, as: UInt32.self))
        let isTaken = body(
          unsafe CaptureSocket.Frame(
            bytes.span,
            originalLength: frame.load(fromByteOffset: 16, as: UInt32.self)
              &+ UInt32(Self.headerLength),
            time: Timestamp(nanoseconds: seconds &* 1_000_000_000 &+ rest),
            interface: frame.load(fromByteOffset: 52, as: UInt32.self)
          )
        )
        if isTaken { taken &+= 1 }
      }
      advance(by: length)
    }
    return taken
  }

  /// Writes the cooked header of version 2 (`LINKTYPE_LINUX_SLL2`) in front of the packet.
  @inline(__always)
  private static func putHeader(
    of frame: UnsafeMutableRawPointer,
    at place: UnsafeMutableRawPointer
  ) {
    // SAFETY: the caller made sure that there are twenty bytes behind the address and before the packet.
    unsafe place.storeBytes(of: frame.load(fromByteOffset: 50, as: UInt16.self), as: UInt16.self)
    unsafe place.storeBytes(of: 0, toByteOffset: 2, as: UInt16.self)
    let interface = unsafe frame.load(fromByteOffset: 52, as: UInt32.self)
    unsafe place.storeBytes(of: interface.bigEndian, toByteOffset: 4, as: UInt32.self)
    let hardware = unsafe frame.load(fromByteOffset: 56, as: UInt16.self)
    unsafe place.storeBytes(of: hardware.bigEndian, toByteOffset: 8, as: UInt16.self)
    // The packet's type and the address's length stand in both in the same order.
    let types = unsafe frame.load(fromByteOffset: 58, as: UInt16.self)
    unsafe place.storeBytes(of: types, toByteOffset: 10, as: UInt16.self)
    let address = unsafe frame.loadUnaligned(fromByteOffset: 60, as: UInt64.self)
    unsafe place.storeBytes(of: address, toByteOffset: 12, as: UInt64.self)
  }

  /// Whether a frame waits; opens the next block where the last one was read.
  @inline(__always)
  private mutating func hasFrame() -> Bool {
    if left > 0 { return true }
    while unsafe status.pointee.load(ordering: .acquiring) & 1 != 0 {
      // SAFETY: the description of a block lies within it.
      let description = unsafe base + block * blockLength
      left = unsafe description.load(fromByteOffset: 12, as: UInt32.self)
      next = Int(unsafe description.load(fromByteOffset: 16, as: UInt32.self))
      if left > 0, next + Self.addressEnd <= blockLength { return true }
      // One that was closed for its age alone.
      giveBack()
    }
    return false
  }

  @inline(__always)
  private mutating func advance(by offset: Int) {
    left &-= 1
    next &+= offset
    if left == 0 || next + Self.addressEnd > blockLength { giveBack() }
  }

  private mutating func giveBack() {
    left = 0
    unsafe status.pointee.store(0, ordering: .releasing)
    block = block + 1 == blockCount ? 0 : block + 1
  }

  /// Whose the current block is: the lowest bit says that it is ours.
  private var status: UnsafePointer<Atomic<UInt32>> {
    // SAFETY: four aligned bytes in the mapping, which the kernel and we change in turn.
    unsafe UnsafePointer(
      (base + block * blockLength + 8).assumingMemoryBound(to: Atomic<UInt32>.self)
    )
  }
}
