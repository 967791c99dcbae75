internal import Glibc
internal import Wire

/// A kernel socket address of either family.
@safe
struct SocketAddress {
  var storage = sockaddr_storage()

  init() {}

  /// As a socket of the given family wants it: one that is IPv6 takes IPv4 in its mapped form.
  init(_ endpoint: Endpoint, forV6Socket isV6: Bool, scope: UInt32 = 0) {
    // SAFETY: sockaddr_storage has the size and alignment of every address of its families.
    unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      if isV6 {
        unsafe pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
          unsafe address.pointee.sin6_family = sa_family_t(AF_INET6)
          unsafe address.pointee.sin6_port = endpoint.port.bigEndian
          unsafe address.pointee.sin6_addr = in6_addr(endpoint.address)
          unsafe address.pointee.sin6_scope_id = scope
        }
      } else {
        unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
          unsafe address.pointee.sin_family = sa_family_t(AF_INET)
          unsafe address.pointee.sin_port = endpoint.port.bigEndian
          unsafe address.pointee.sin_addr.s_addr = endpoint.address.v4Bits.bigEndian
        }
      }
    }
  }

  static func length(forV6Socket isV6: Bool) -> socklen_t {
    socklen_t(isV6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
  }

  var endpoint: Endpoint? {
    var copy = storage
    // SAFETY: the copy is a whole sockaddr_storage.
    return unsafe withUnsafePointer(to: &copy) { unsafe Endpoint(at: UnsafeRawPointer($0)) }
  }

  /// Calls `body` with the address as system calls take it.
  mutating func withPointer<Result>(_ body: (UnsafeMutablePointer<sockaddr>) -> Result) -> Result {
    // SAFETY: every socket address begins as a sockaddr does.
    unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
    }
  }
}

extension Endpoint {
  /// Reads a kernel socket address of either Internet family.
  init?(at address: UnsafeRawPointer) {
    // SAFETY: the caller passes a whole sockaddr_storage, or the family says how long the address is.
    switch unsafe Int32(address.load(as: sockaddr.self).sa_family) {
    case AF_INET6:
      // SAFETY: as above.
      let address = unsafe address.load(as: sockaddr_in6.self)
      self.init(IPAddress(address.sin6_addr), UInt16(bigEndian: address.sin6_port))
    case AF_INET:
      // SAFETY: as above.
      let address = unsafe address.load(as: sockaddr_in.self)
      self.init(
        IPAddress(v4: UInt32(bigEndian: address.sin_addr.s_addr)),
        UInt16(bigEndian: address.sin_port)
      )
    default:
      return nil
    }
  }
}

extension IPAddress {
  init(_ address: in6_addr) {
    // SAFETY: in6_addr is sixteen bytes without padding, as two words are.
    let words = unsafe unsafeBitCast(address, to: (UInt64, UInt64).self)
    self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
  }
}

extension in6_addr {
  init(_ address: IPAddress) {
    // SAFETY: in6_addr is sixteen bytes without padding, as two words are.
    self = unsafe unsafeBitCast(
      (address.high.bigEndian, address.low.bigEndian),
      to: in6_addr.self
    )
  }
}
