internal import Glibc

/// A netlink socket that never blocks: how the kernel tells of its network, and of changes in it (RFC 3549).
struct NetlinkSocket: ~Copyable {
  private let descriptor: Descriptor

  /// The kernel's families of messages (linux/netlink.h).
  enum Family: Int32 {
    case route = 0
    case netfilter = 12
  }

  /// Joins the groups of the mask, whose messages come unasked.
  init(_ family: Family, groups: UInt32 = 0) throws(SystemError) {
    let type = Int32(SOCK_RAW.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let number = socket(AF_NETLINK, type, family.rawValue)
    guard number >= 0 else { throw SystemError("open a netlink socket") }
    let opened = Descriptor(owning: number)
    // Hundreds of interfaces that come at once must not overrun it; where the system allows less, it is asked anew.
    _ = opened.set(SO_RCVBUF, of: SOL_SOCKET, to: 1 << 20)
    // A struct sockaddr_nl: family, padding, our number (the kernel chooses), groups.
    let address: [UInt32] = [UInt32(AF_NETLINK), 0, groups]
    // SAFETY: the kernel reads these twelve bytes during the call.
    let status = unsafe address.withUnsafeBytes { bytes in
      unsafe bind(
        number,
        bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(bytes.count)
      )
    }
    guard status == 0 else { throw SystemError("bind a netlink socket") }
    descriptor = opened
  }

  var number: Int32 { descriptor.number }

  /// Asks for all objects of a kind; `payload` is the request's body.
  ///
  ///      +----------------------+-----------+-----------+----------+--------+
  ///      |     total length     |   type    |   flags   | sequence | sender |  4, 2, 2, 4, 4 bytes, host order
  ///      +----------------------+-----------+-----------+----------+--------+
  func askForAll(_ type: UInt16, _ payload: [UInt8]) throws(SystemError) {
    // NLM_F_REQUEST and NLM_F_DUMP.
    let flags: UInt16 = 0x301
    var message: [UInt8] = []
    message.append(native: UInt32(16 + payload.count))
    message.append(native: type)
    message.append(native: flags)
    message.append(native: UInt32(1))
    message.append(native: UInt32(0))
    message += payload
    // SAFETY: the kernel reads the message during the call.
    let sent = unsafe send(descriptor.number, message, message.count, 0)
    guard sent == message.count else { throw SystemError("ask the kernel for its network") }
  }

  /// What one read brought.
  enum Reading {
    case messages([UInt8])
    case nothing
    /// The socket overflowed: something was missed, so that all must be asked for again.
    case overrun
  }

  func read() throws(SystemError) -> Reading {
    while true {
      if let bytes = readAvailable(descriptor.number, upTo: 1 << 16) { return .messages(bytes) }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .nothing
      case ENOBUFS: return .overrun
      default: throw SystemError("read a netlink socket")
      }
    }
  }

  /// Waits for an answer.
  func wait(atMost milliseconds: Int32) -> Bool {
    var watched = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    // SAFETY: one structure, read and written during the call.
    return unsafe poll(&watched, 1, milliseconds) > 0
  }
}

extension [UInt8] {
  mutating func append(native value: some FixedWidthInteger) {
    // SAFETY: an integer has no padding; its bytes are copied.
    unsafe Swift.withUnsafeBytes(of: value) { unsafe append(contentsOf: $0) }
  }
}

/// Pieces that follow each other, each with its length before it: netlink's messages, and attributes within them.
///
/// Every length is compared with what is there; the first that does not fit ends the walk.
struct NetlinkPieces {
  /// Where a piece's body is, and its type.
  struct Piece {
    var type: UInt16
    var body: Range<Int>
  }

  private enum Header: Int {
    /// A length of 4 bytes, the type, and 10 more.
    case message = 16
    /// A length of 2 bytes and the type.
    case attribute = 4
  }

  private let header: Header
  private var rest: Range<Int>

  private init(_ header: Header, _ rest: Range<Int>) {
    self.header = header
    self.rest = rest
  }

  static func messages(of bytes: Span<UInt8>) -> Self { Self(.message, 0..<bytes.count) }
  static func attributes(in range: Range<Int>) -> Self { Self(.attribute, range) }

  mutating func next(in bytes: Span<UInt8>) -> Piece? {
    let start = rest.lowerBound
    guard rest.count >= header.rawValue, rest.upperBound <= bytes.count else { return nil }
    let length: Int
    let type: UInt16
    switch header {
    case .message:
      length = Int(bytes.native32(at: start))
      type = bytes.native16(at: start + 4)
    case .attribute:
      length = Int(bytes.native16(at: start))
      // The highest bits say how the value is written.
      type = bytes.native16(at: start + 2) & 0x3fff
    }
    guard length >= header.rawValue, length <= rest.count else { return nil }
    let next = min(start + (length + 3) & ~3, rest.upperBound)
    rest = next..<rest.upperBound
    return Piece(type: type, body: start + header.rawValue..<start + length)
  }
}

extension Span<UInt8> {
  /// Reads two bytes in the machine's own order, which netlink uses.
  func native16(at offset: Int) -> UInt16 {
    let value = UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
    return UInt16(littleEndian: 1) == 1 ? value : value.byteSwapped
  }

  func native32(at offset: Int) -> UInt32 {
    let value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(self[offset + $1]) << (8 * UInt32($1)) }
    return UInt32(littleEndian: 1) == 1 ? value : value.byteSwapped
  }

  func native64(at offset: Int) -> UInt64 {
    let low = UInt64(native32(at: offset))
    let high = UInt64(native32(at: offset + 4))
    return UInt32(littleEndian: 1) == 1 ? high << 32 | low : low << 32 | high
  }

  /// A text that ends at a zero, or with the range.
  func text(in range: Range<Int>) -> String {
    var bytes: [UInt8] = []
    for index in range {
      if self[index] == 0 { break }
      bytes.append(self[index])
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
