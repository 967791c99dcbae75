internal import CPcap
internal import Glibc
public import Wire

/// An open capture of all interfaces at once, closed exactly once.
///
/// One socket for the pseudo-interface `any`, whichever interfaces are wanted: its ring holds their frames in one order,
/// which no merging of several rings can restore, and interfaces may come and go under it. Frames have the cooked header
/// of version 2, which names the interface.
@safe
public struct CaptureSocket: ~Copyable {
  /// A frame as the kernel handed it over.
  public struct Frame: ~Escapable {
    public let bytes: Span<UInt8>
    /// The length on the wire, with the cooked header.
    public let originalLength: UInt32
    public let time: Timestamp

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, originalLength: UInt32, time: Timestamp) {
      self.bytes = bytes
      self.originalLength = originalLength
      self.time = time
    }

    /// The kernel's number of the interface.
    public var interface: UInt32 {
      guard bytes.count >= 8 else { return 0 }
      return (4..<8).reduce(0) { $0 << 8 | UInt32(bytes[$1]) }
    }
  }

  public static let linkType = LinkType.linuxCookedV2
  /// So many frames are taken in one go at most, so that a flood lets us do other things too.
  public static let mostFrames = 4096
  /// The most instructions of a filter that the kernel takes (BPF_MAXINSNS).
  public static let kernelFilterLimit = 4096

  private let handle: OpaquePointer
  /// Whether time stamps are nanoseconds, and not microseconds.
  public let hasNanoseconds: Bool
  private var counters = CaptureCounters()
  /// What `pcap_stats` said last: its counters are 32 bits wide and wrap.
  private var lastReceived: UInt32 = 0
  private var lastDropped: UInt32 = 0

  public init(_ settings: CaptureSettings = CaptureSettings()) throws(CaptureError) {
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    // SAFETY: libpcap writes at most PCAP_ERRBUF_SIZE bytes; the handle is closed in `deinit`, or below where it fails.
    guard let handle = unsafe pcap_create("any", &message) else {
      throw CaptureError(.system, "cannot capture: \(Self.text(message))")
    }
    unsafe pcap_set_snaplen(handle, Int32(clamping: settings.snapLength))
    unsafe pcap_set_buffer_size(handle, Int32(clamping: settings.bufferLength))
    let milliseconds = max(1, settings.timeout.nanoseconds / 1_000_000)
    unsafe pcap_set_timeout(handle, Int32(clamping: milliseconds))
    let precision = unsafe pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
    let status = unsafe pcap_activate(handle)
    guard status >= 0 else {
      let error = unsafe Self.error(status, handle)
      unsafe pcap_close(handle)
      throw error
    }
    guard unsafe pcap_set_datalink(handle, DLT_LINUX_SLL2) == 0,
      unsafe pcap_setnonblock(handle, 1, &message) == 0
    else {
      let reason = unsafe String(cString: pcap_geterr(handle))
      unsafe pcap_close(handle)
      throw CaptureError(.system, "cannot capture: \(reason); libpcap 1.10 or newer is needed")
    }
    unsafe self.handle = handle
    hasNanoseconds = precision == 0
  }

  deinit {
    // SAFETY: opened in `init`, and by nobody else closed.
    unsafe pcap_close(handle)
  }

  /// What becomes readable when there are frames.
  public var number: Int32 {
    // SAFETY: the handle is open as long as `self` is.
    unsafe pcap_get_selectable_fd(handle)
  }

  /// Lets only what the expression matches into the ring.
  ///
  /// Says whether the kernel does that itself; a filter that is too long for it is applied here, at the cost of a copy.
  @discardableResult
  public mutating func setFilter(_ expression: String) throws(CaptureError) -> Bool {
    var program = unsafe bpf_program()
    // SAFETY: the expression is copied; the instructions are released below.
    guard unsafe pcap_compile(handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0 else {
      let reason = unsafe String(cString: pcap_geterr(handle))
      throw CaptureError(.filter, "filter '\(expression)': \(reason)")
    }
    defer { unsafe pcap_freecode(&program) }
    let isShort = unsafe Int(program.bf_len) <= Self.kernelFilterLimit
    guard unsafe pcap_setfilter(handle, &program) == 0 else {
      let reason = unsafe String(cString: pcap_geterr(handle))
      throw CaptureError(.filter, "filter '\(expression)': \(reason)")
    }
    return isShort
  }

  /// Hands over the frames that wait, at most a few thousand; how many there were.
  ///
  /// `pcap_dispatch`, because `pcap_next_ex` gives a block of the ring back to the kernel before its last frame was read.
  public mutating func read(_ body: (borrowing Frame) -> Void) throws(CaptureError) -> Int {
    let count = withoutActuallyEscaping(body) { body in
      var context = Context(body: body, scale: hasNanoseconds ? 1 : 1_000)
      // SAFETY: the context outlives the call, during which alone libpcap uses it.
      return unsafe withUnsafeMutablePointer(to: &context) { context in
        unsafe pcap_dispatch(
          handle,
          Int32(Self.mostFrames),
          { user, header, bytes in unsafe Context.take(user, header, bytes) },
          UnsafeMutableRawPointer(context).assumingMemoryBound(to: UInt8.self)
        )
      }
    }
    guard count >= 0 else {
      throw CaptureError(.system, "capture: \(unsafe String(cString: pcap_geterr(handle)))")
    }
    return Int(count)
  }

  /// What the kernel counted so far.
  public mutating func readCounters() -> CaptureCounters {
    var now = pcap_stat()
    // SAFETY: libpcap fills the structure, and keeps no pointer to it.
    guard unsafe pcap_stats(handle, &now) == 0 else { return counters }
    counters.received &+= UInt64(now.ps_recv &- lastReceived)
    counters.dropped &+= UInt64(now.ps_drop &- lastDropped)
    (lastReceived, lastDropped) = (now.ps_recv, now.ps_drop)
    return counters
  }

  /// What a callback from C is told.
  ///
  /// Not to be copied, and moved out and back in: a closure that is read where it lies, or out of a structure that could be
  /// copied, is retained and released again for each frame, which was a seventh of what capturing took.
  private struct Context: ~Copyable {
    var body: (borrowing Frame) -> Void
    /// What a count of the time stamp's smaller unit has in nanoseconds.
    var scale: Int64

    static func take(
      _ user: UnsafeMutablePointer<UInt8>?,
      _ header: UnsafePointer<pcap_pkthdr>?,
      _ bytes: UnsafePointer<UInt8>?
    ) {
      guard let user = unsafe user, let header = unsafe header else { return }
      // SAFETY: `user` is the context that `read` passed, alive until `pcap_dispatch` returns.
      let context = unsafe UnsafeMutableRawPointer(user).assumingMemoryBound(to: Context.self)
      // SAFETY: libpcap keeps `caplen` bytes alive until this callback returns.
      let frame = unsafe UnsafeBufferPointer(start: bytes, count: Int(header.pointee.caplen))
      let moment = unsafe header.pointee.ts
      let scale = unsafe context.pointee.scale
      let time = Int64(moment.tv_sec) &* 1_000_000_000 &+ Int64(moment.tv_usec) &* scale
      let taken = unsafe context.move()
      taken.body(
        unsafe Frame(
          frame.span,
          originalLength: header.pointee.len,
          time: Timestamp(nanoseconds: time)
        )
      )
      unsafe context.initialize(to: taken)
    }
  }

  private static func error(_ status: Int32, _ handle: OpaquePointer) -> CaptureError {
    if status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED {
      return CaptureError(
        .noPermission,
        "no permission to capture: run as root, or give the program CAP_NET_RAW (setcap cap_net_raw+ep)"
      )
    }
    // SAFETY: both answer strings that live as long as the handle; they are copied.
    let general = unsafe String(cString: pcap_statustostr(status))
    let detail = unsafe String(cString: pcap_geterr(handle))
    return CaptureError(.system, "cannot capture: \(detail.isEmpty ? general : detail)")
  }

  private static func text(_ message: [CChar]) -> String {
    String(
      decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
      as: UTF8.self
    )
  }
}

/// The version of the libpcap that this process runs with.
public func libpcapVersion() -> String {
  // SAFETY: a constant string of the library.
  unsafe String(cString: pcap_lib_version())
}
