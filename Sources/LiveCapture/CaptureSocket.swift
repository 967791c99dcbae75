internal import CPcap
internal import Glibc
public import Wire

/// An open capture of all interfaces at once, closed exactly once.
///
/// One socket for all interfaces, whichever of them are wanted: its ring holds their frames in one order, which no merging
/// of several rings can restore, and interfaces may come and go under it. Frames have the cooked header of version 2,
/// which names the interface, as libpcap's `any` gives them.
public struct CaptureSocket: ~Copyable {
  /// A frame as the kernel handed it over.
  public struct Frame: ~Escapable {
    public let bytes: Span<UInt8>
    /// The length on the wire, with the cooked header.
    public let originalLength: UInt32
    public let time: Timestamp
    /// The kernel's number of the interface.
    public let interface: UInt32

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, originalLength: UInt32, time: Timestamp, interface: UInt32) {
      self.bytes = bytes
      self.originalLength = originalLength
      self.time = time
      self.interface = interface
    }
  }

  public static let linkType = LinkType.linuxCookedV2
  /// So many frames are taken in one go at most.
  ///
  /// As sightings they fit into a core's nearer caches, where they are still when they are matched.
  public static let mostFrames = 512
  /// The most instructions of a filter that the kernel takes.
  public static let kernelFilterLimit = KernelFilter.limit

  private let socket: PacketSocket
  private var ring: FrameRing
  private let snapLength: Int
  /// What the kernel leaves to us.
  private var filter: PacketFilter?
  private var hasBegun = false
  private var counters = CaptureCounters()

  /// Opens the capture, which begins with its first filter.
  public init(_ settings: CaptureSettings = CaptureSettings()) throws(CaptureError) {
    let socket = try PacketSocket()
    self.init(ring: try socket.makeRing(settings), socket, snapLength: settings.snapLength)
  }

  private init(ring: consuming FrameRing, _ socket: consuming PacketSocket, snapLength: Int) {
    self.ring = ring
    self.socket = socket
    self.snapLength = snapLength
  }

  /// What becomes readable when there are frames.
  public var number: Int32 { socket.number }

  /// Lets only what the expression matches into the ring.
  ///
  /// Says whether the kernel does that itself; a filter that it cannot run is applied here, at the cost of a copy.
  @discardableResult
  public mutating func setFilter(_ expression: String) throws(CaptureError) -> Bool {
    let filter: PacketFilter
    let everything: PacketFilter
    do throws(PacketFilterError) {
      filter = try PacketFilter(expression, linkType: Self.linkType)
      everything = try PacketFilter("", linkType: Self.linkType)
    } catch {
      throw CaptureError(.filter, error.description)
    }
    if KernelFilter(filter, snapLength: snapLength)?.attach(to: socket.number) == true {
      self.filter = nil
    } else if KernelFilter(everything, snapLength: snapLength)?.attach(to: socket.number) == true {
      self.filter = filter
    } else {
      throw PacketSocket.error("cannot set a filter")
    }
    if !hasBegun { try socket.begin() }
    hasBegun = true
    return self.filter == nil
  }

  /// Hands over the frames that wait, at most `mostFrames`; how many there were.
  public mutating func read(_ body: (borrowing Frame) -> Void) -> Int {
    let snapLength = snapLength
    guard let filter else {
      return ring.read(atMost: Self.mostFrames, snapLength: snapLength) { frame in
        body(frame)
        return true
      }
    }
    return ring.read(atMost: Self.mostFrames, snapLength: snapLength) { frame in
      guard filter.matches(frame.bytes, originalLength: frame.originalLength) else { return false }
      body(frame)
      return true
    }
  }

  /// What the kernel counted so far.
  public mutating func readCounters() -> CaptureCounters {
    let (received, dropped) = socket.takeStatistics()
    counters.received &+= received
    counters.dropped &+= dropped
    return counters
  }
}

/// The version of the libpcap that this process runs with.
public func libpcapVersion() -> String {
  // SAFETY: a constant string of the library.
  unsafe String(cString: pcap_lib_version())
}
