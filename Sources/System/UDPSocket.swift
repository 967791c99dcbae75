internal import CLinux
internal import Glibc
public import Wire

/// A UDP socket that never blocks.
///
/// Where the kernel has IPv6, a wildcard socket serves both families; addresses are then `IPAddress`es of either.
public struct UDPSocket: ~Copyable {
  let descriptor: Descriptor
  let isV6: Bool

  /// Opens a socket at an address; port 0 lets the kernel choose.
  ///
  /// - Parameters:
  ///   - endpoint: `[::]` is every address of both families, `0.0.0.0` every IPv4 address.
  ///   - tellsDestination: whether received datagrams carry the address that they were sent to.
  ///   - reportsErrors: whether ICMP errors come back as refusals (`receiveRefusals`).
  ///   - bufferLength: how many bytes of datagrams may wait; the system's limit caps it silently.
  /// - Throws: what the kernel refused, with the address.
  public init(
    bind endpoint: Endpoint,
    tellsDestination: Bool = false,
    reportsErrors: Bool = false,
    bufferLength: Int32 = 4 << 20
  ) throws(SystemError) {
    var endpoint = endpoint
    var isV6 = !endpoint.address.isV4
    var number = socket(isV6 ? AF_INET6 : AF_INET, Self.type, 0)
    if number < 0, isV6, endpoint.address.isUnspecified, errno == EAFNOSUPPORT {
      // A kernel without IPv6: every address is then every IPv4 address.
      endpoint.address = IPAddress(v4: 0)
      isV6 = false
      number = socket(AF_INET, Self.type, 0)
    }
    guard number >= 0 else { throw SystemError("open a UDP socket") }
    let opened = Descriptor(owning: number)
    if isV6 { _ = opened.set(IPV6_V6ONLY, of: Int32(IPPROTO_IPV6), to: 0) }
    _ = opened.set(SO_RCVBUF, of: SOL_SOCKET, to: bufferLength)
    _ = opened.set(SO_SNDBUF, of: SOL_SOCKET, to: bufferLength)
    if tellsDestination {
      let isTelling =
        isV6
        ? opened.set(IPV6_RECVPKTINFO, of: Int32(IPPROTO_IPV6), to: 1)
        : opened.set(IP_PKTINFO, of: Int32(IPPROTO_IP), to: 1)
      guard isTelling else { throw SystemError("ask for destination addresses") }
    }
    if reportsErrors {
      _ = opened.set(IP_RECVERR, of: Int32(IPPROTO_IP), to: 1)
      if isV6 { _ = opened.set(IPV6_RECVERR, of: Int32(IPPROTO_IPV6), to: 1) }
    }
    var address = SocketAddress(endpoint, forV6Socket: isV6)
    // SAFETY: the kernel reads the address during the call.
    let status = unsafe address.withPointer {
      unsafe Glibc.bind(number, $0, SocketAddress.length(forV6Socket: isV6))
    }
    guard status == 0 else { throw SystemError("bind UDP \(endpoint)") }
    descriptor = opened
    self.isV6 = isV6
  }

  private static var type: Int32 {
    Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
  }

  /// What a poller watches.
  public var number: Int32 { descriptor.number }

  /// Where the socket is bound: an answer to "which port did the kernel choose?".
  public var local: Endpoint { localEndpoint(of: descriptor.number) }

  /// The bytes that may wait to be received, as the kernel granted them (it doubles what is asked for).
  public var receiveBufferLength: Int {
    Int(descriptor.option(SO_RCVBUF, of: SOL_SOCKET) ?? 0)
  }
}

/// Where a socket is bound; `0.0.0.0:0` when it is not.
func localEndpoint(of number: Int32) -> Endpoint {
  var address = SocketAddress()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  // SAFETY: the kernel writes at most `length` bytes into the address.
  unsafe _ = address.withPointer { unsafe getsockname(number, $0, &length) }
  return address.endpoint ?? Endpoint(IPAddress(v4: 0), 0)
}

extension UDPSocket {
  /// What became of a datagram that was to be sent.
  public enum Sending: Hashable, Sendable {
    case sent
    /// The kernel's buffer is full: try again when the socket is writable.
    case full
    /// The kernel refused, with this `errno`.
    case failed(Int32)
  }

  /// Sends one datagram.
  ///
  /// An ICMP error that waits makes the kernel refuse whatever is sent next: that datagram is sent again.
  public func send(_ datagram: Span<UInt8>, to endpoint: Endpoint) -> Sending {
    let sending = sendOnce(datagram, to: endpoint)
    guard case .failed(let code) = sending, code == ECONNREFUSED || code == EHOSTUNREACH else {
      return sending
    }
    return sendOnce(datagram, to: endpoint)
  }

  private func sendOnce(_ datagram: Span<UInt8>, to endpoint: Endpoint) -> Sending {
    guard isV6 || endpoint.address.isV4 else { return .failed(EAFNOSUPPORT) }
    var address = SocketAddress(endpoint, forV6Socket: isV6)
    // SAFETY: the kernel reads the datagram and the address during the call.
    let sent = unsafe datagram.withUnsafeBytes { bytes in
      unsafe address.withPointer {
        unsafe sendto(
          number,
          bytes.baseAddress,
          bytes.count,
          Int32(MSG_NOSIGNAL),
          $0,
          SocketAddress.length(forV6Socket: isV6)
        )
      }
    }
    if sent >= 0 { return .sent }
    let code = errno
    return code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS ? .full : .failed(code)
  }

  /// Sends one datagram from one of the machine's addresses, as an answer does.
  public func send(
    _ datagram: Span<UInt8>,
    to endpoint: Endpoint,
    from local: IPAddress
  ) -> Sending {
    guard isV6 || endpoint.address.isV4 else { return .failed(EAFNOSUPPORT) }
    var address = SocketAddress(endpoint, forV6Socket: isV6)
    var source = in6_addr(local)
    // SAFETY: the kernel reads the datagram and both addresses during the call; an in6_addr is sixteen bytes.
    let sent = unsafe datagram.withUnsafeBytes { bytes in
      unsafe withUnsafeBytes(of: &source) { source in
        unsafe address.withPointer { pointer in
          unsafe stickler_send_from(
            number,
            isV6 ? 1 : 0,
            source.baseAddress?.assumingMemoryBound(to: UInt8.self),
            bytes.baseAddress,
            bytes.count,
            pointer,
            SocketAddress.length(forV6Socket: isV6)
          )
        }
      }
    }
    return sent >= 0 ? .sent : .failed(errno)
  }

  /// Takes the ICMP errors that wait, and says how many there were.
  public func receiveRefusals() -> Int {
    var count = 0
    // A bound, so that a flood of errors cannot hold the caller.
    while count < 1_024 {
      // SAFETY: the message has no buffers; the kernel drops what does not fit.
      var message = unsafe msghdr()
      let received = unsafe recvmsg(number, &message, Int32(MSG_ERRQUEUE))
      guard received >= 0 else { break }
      count += 1
    }
    return count
  }
}
