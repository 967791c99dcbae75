internal import CLinux
internal import Glibc
public import Wire

/// A listening TCP socket that never blocks.
public struct TCPListener: ~Copyable {
  private let descriptor: Descriptor

  /// Listens at an address; `[::]` is every address of both families, port 0 lets the kernel choose.
  public init(bind endpoint: Endpoint, backlog: Int32 = 128) throws(SystemError) {
    var endpoint = endpoint
    var isV6 = !endpoint.address.isV4
    var number = socket(isV6 ? AF_INET6 : AF_INET, streamType, 0)
    if number < 0, isV6, endpoint.address.isUnspecified, errno == EAFNOSUPPORT {
      endpoint.address = IPAddress(v4: 0)
      isV6 = false
      number = socket(AF_INET, streamType, 0)
    }
    guard number >= 0 else { throw SystemError("open a TCP socket") }
    let opened = Descriptor(owning: number)
    if isV6 { _ = opened.set(IPV6_V6ONLY, of: Int32(IPPROTO_IPV6), to: 0) }
    _ = opened.set(SO_REUSEADDR, of: SOL_SOCKET, to: 1)
    var address = SocketAddress(endpoint, forV6Socket: isV6)
    // SAFETY: the kernel reads the address during the call.
    let status = unsafe address.withPointer {
      unsafe Glibc.bind(number, $0, SocketAddress.length(forV6Socket: isV6))
    }
    guard status == 0, listen(number, backlog) == 0 else {
      throw SystemError("listen on TCP \(endpoint)")
    }
    descriptor = opened
  }

  public var number: Int32 { descriptor.number }

  public var local: Endpoint { localEndpoint(of: descriptor.number) }

  /// Takes a connection that waits, or nil when none does.
  public func accept() -> TCPStream? {
    var address = SocketAddress()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    // SAFETY: the kernel writes at most `length` bytes into the address.
    let accepted = unsafe address.withPointer {
      unsafe stickler_accept(descriptor.number, $0, &length)
    }
    guard accepted >= 0 else { return nil }
    return TCPStream(
      descriptor: Descriptor(owning: accepted),
      remote: address.endpoint ?? Endpoint(IPAddress(v4: 0), 0)
    )
  }
}

/// A TCP connection that never blocks.
public struct TCPStream: ~Copyable {
  private let descriptor: Descriptor
  public let remote: Endpoint

  fileprivate init(descriptor: consuming Descriptor, remote: Endpoint) {
    self.descriptor = descriptor
    self.remote = remote
    _ = self.descriptor.set(TCP_NODELAY, of: Int32(IPPROTO_TCP), to: 1)
  }

  /// Begins to connect; the stream is writable once the connection stands, or `failure` says why not.
  public init(connectingTo remote: Endpoint) throws(SystemError) {
    let isV6 = !remote.address.isV4
    let number = socket(isV6 ? AF_INET6 : AF_INET, streamType, 0)
    guard number >= 0 else { throw SystemError("open a TCP socket") }
    let opened = Descriptor(owning: number)
    var address = SocketAddress(remote, forV6Socket: isV6)
    // SAFETY: the kernel reads the address during the call.
    let status = unsafe address.withPointer {
      unsafe connect(number, $0, SocketAddress.length(forV6Socket: isV6))
    }
    guard status == 0 || errno == EINPROGRESS else {
      throw SystemError("connect to \(remote)")
    }
    self.init(descriptor: opened, remote: remote)
  }

  public var number: Int32 { descriptor.number }

  public var local: Endpoint { localEndpoint(of: descriptor.number) }

  /// Why the connection failed, if it did.
  public var failure: SystemError? {
    let code = descriptor.option(SO_ERROR, of: SOL_SOCKET) ?? 0
    return code == 0 ? nil : SystemError("connect to \(remote)", code: code)
  }

  /// What a read brought.
  public enum Reading: Hashable, Sendable {
    case bytes([UInt8])
    /// Nothing waits.
    case nothing
    case ended
  }

  public func read(upTo count: Int = 16_384) -> Reading {
    guard let bytes = readAvailable(descriptor.number, upTo: count) else {
      let code = errno
      return code == EAGAIN || code == EWOULDBLOCK || code == EINTR ? .nothing : .ended
    }
    return bytes.isEmpty ? .ended : .bytes(bytes)
  }

  /// Writes as much as the kernel takes now: how many bytes, or nil when the connection is gone.
  public func write(_ bytes: Span<UInt8>) -> Int? {
    // SAFETY: the kernel reads the bytes during the call.
    let sent = unsafe bytes.withUnsafeBytes { buffer in
      unsafe send(
        descriptor.number,
        buffer.baseAddress,
        buffer.count,
        Int32(MSG_NOSIGNAL)
      )
    }
    if sent >= 0 { return sent }
    let code = errno
    return code == EAGAIN || code == EWOULDBLOCK || code == EINTR ? 0 : nil
  }

  /// Says that no more will be written.
  public func finishWriting() {
    _ = shutdown(descriptor.number, Int32(SHUT_WR))
  }
}

private var streamType: Int32 {
  Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
}
