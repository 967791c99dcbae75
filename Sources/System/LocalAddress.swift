internal import Glibc
public import Wire

/// The address that datagrams to `target` leave from, as the route has it; nothing is sent.
public func localAddress(toward target: Endpoint) throws(SystemError) -> IPAddress {
  let isV6 = !target.address.isV4
  let number = socket(isV6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
  guard number >= 0 else { throw SystemError("open a UDP socket") }
  let descriptor = Descriptor(owning: number)
  var address = SocketAddress(target, forV6Socket: isV6)
  // SAFETY: the kernel reads the address during the call.
  let status = unsafe address.withPointer {
    unsafe connect(descriptor.number, $0, SocketAddress.length(forV6Socket: isV6))
  }
  guard status == 0 else { throw SystemError("find a route to \(target)") }
  return localEndpoint(of: descriptor.number).address
}
