internal import Glibc
internal import Wire

/// A packet socket (packet(7)) that sees every interface of its network namespace, closed exactly once.
struct PacketSocket: ~Copyable {
  let number: Int32

  private static let level: Int32 = 263  // SOL_PACKET
  private static let everyProtocol: UInt16 = 3  // ETH_P_ALL

  /// Sees nothing before `begin`.
  init() throws(CaptureError) {
    let kind = SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let number = socket(AF_PACKET, Int32(kind), 0)
    guard number >= 0 else {
      if errno == EPERM || errno == EACCES {
        throw CaptureError(
          .noPermission,
          "no permission to capture: run as root, or give the program CAP_NET_RAW (setcap cap_net_raw+ep)"
        )
      }
      throw Self.error("cannot capture")
    }
    self.number = number
  }

  deinit {
    close(number)
  }

  /// Gives the socket its ring, a smaller one where the system has no room for what was asked for.
  ///
  /// A sixteenth of it is handed over at once: each hand-over is a wake-up, and costs as much as dozens of frames.
  func makeRing(_ settings: CaptureSettings) throws(CaptureError) -> FrameRing {
    let version: UInt32 = 2  // TPACKET_V3
    guard set(10, [version]) else { throw Self.error("cannot capture: no TPACKET_V3") }
    let wanted = min(max(settings.bufferLength / 16, 64 << 10), 1 << 20)
    let blockLength = Self.powerOfTwo(atLeast: max(wanted, settings.snapLength + 1024))
    let timeout = UInt32(clamping: max(1, settings.timeout.nanoseconds / 1_000_000))
    let frameLength = 2048
    var count = max(2, settings.bufferLength / blockLength)
    while true {
      let frames = UInt32(clamping: count * (blockLength / frameLength))
      // A struct tpacket_req3.
      let request = [
        UInt32(clamping: blockLength), UInt32(clamping: count), UInt32(frameLength), frames,
        timeout, 0, 0,
      ]
      if set(5, request) { break }
      guard errno == ENOMEM, count > 2 else { throw Self.error("cannot capture: no ring") }
      count = max(2, count * 3 / 4)
    }
    guard let ring = FrameRing(number, blockLength: blockLength, blockCount: count) else {
      throw Self.error("cannot capture: the ring cannot be mapped")
    }
    return ring
  }

  /// Lets the kernel fill the ring.
  func begin() throws(CaptureError) {
    // A struct sockaddr_ll: the family in the host's order, the protocol in the network's, and no interface, for all.
    var address = [UInt16(AF_PACKET), Self.everyProtocol.bigEndian] + Array(repeating: 0, count: 8)
    let length = socklen_t(2 * address.count)
    // SAFETY: the kernel reads `length` bytes.
    let status = unsafe address.withUnsafeMutableBytes { bytes in
      unsafe bind(number, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, length)
    }
    guard status == 0 else { throw Self.error("cannot capture") }
  }

  /// How many frames passed the filter since the last call, and how many of them found no room.
  func takeStatistics() -> (received: UInt64, dropped: UInt64) {
    // A struct tpacket_stats_v3.
    var counts: [UInt32] = [0, 0, 0]
    var length = socklen_t(12)
    // SAFETY: the kernel writes at most `length` bytes.
    guard unsafe getsockopt(number, Self.level, 6, &counts, &length) == 0 else { return (0, 0) }
    return (UInt64(counts[0]), UInt64(counts[1]))
  }

  static func error(_ what: String) -> CaptureError {
    // SAFETY: a string of the library's, which is copied at once.
    CaptureError(.system, "\(what): \(unsafe String(cString: strerror(errno)))")
  }

  private func set(_ option: Int32, _ words: [UInt32]) -> Bool {
    // SAFETY: the kernel copies the words, as many as it is told.
    unsafe setsockopt(number, Self.level, option, words, socklen_t(4 * words.count)) == 0
  }

  private static func powerOfTwo(atLeast length: Int) -> Int {
    1 << (Int.bitWidth - (length - 1).leadingZeroBitCount)
  }
}
