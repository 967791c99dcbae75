internal import Glibc
public import Wire

/// A name that could not be resolved.
public struct ResolutionError: Error, Hashable, Sendable, CustomStringConvertible {
  public var name: String
  public var reason: String

  public var description: String { "resolve \(name): \(reason)" }
}

/// All the addresses of a name, both families, each once, in the order that the system prefers.
///
/// Blocks as long as the system's resolver does; an address in text needs no resolver.
public func resolve(_ name: String) throws(ResolutionError) -> [IPAddress] {
  if let address = IPAddress(name) { return [address] }
  // SAFETY: hints of zeroes with a family and a type are what the resolver asks for.
  var hints = unsafe addrinfo()
  unsafe hints.ai_family = AF_UNSPEC
  unsafe hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
  var first: UnsafeMutablePointer<addrinfo>?
  // SAFETY: the name is a C string during the call; the list that comes back is freed below.
  let status = unsafe getaddrinfo(name, nil, &hints, &first)
  guard status == 0 else {
    // SAFETY: gai_strerror answers a constant string.
    let reason = unsafe String(cString: gai_strerror(status))
    throw ResolutionError(name: name, reason: reason)
  }
  defer { unsafe freeaddrinfo(first) }
  var addresses: [IPAddress] = []
  var next = unsafe first
  while let entry = unsafe next {
    // SAFETY: the resolver's entries hold whole addresses of the family that they name.
    if let address = unsafe entry.pointee.ai_addr,
      let endpoint = unsafe Endpoint(at: UnsafeRawPointer(address)),
      !addresses.contains(endpoint.address)
    {
      addresses.append(endpoint.address)
    }
    unsafe next = entry.pointee.ai_next
  }
  guard !addresses.isEmpty else {
    throw ResolutionError(name: name, reason: "no address of either family")
  }
  return addresses
}

/// The addresses of this machine's (or pod's) interfaces, loopback ones last.
public func interfaceAddresses() -> [IPAddress] {
  var first: UnsafeMutablePointer<ifaddrs>?
  // SAFETY: the list that comes back is freed below.
  guard unsafe getifaddrs(&first) == 0 else { return [] }
  defer { unsafe freeifaddrs(first) }
  var addresses: [IPAddress] = []
  var next = unsafe first
  while let entry = unsafe next {
    // SAFETY: the entries hold whole addresses of the family that they name.
    if let address = unsafe entry.pointee.ifa_addr,
      let endpoint = unsafe Endpoint(at: UnsafeRawPointer(address))
    {
      addresses.append(endpoint.address)
    }
    unsafe next = entry.pointee.ifa_next
  }
  return addresses.filter { !$0.isLoopback } + addresses.filter(\.isLoopback)
}

/// The machine's name, which in a pod is the pod's.
public func hostName() -> String {
  var bytes = [CChar](repeating: 0, count: 256)
  // SAFETY: the kernel writes at most 255 bytes, and the last one stays zero.
  unsafe _ = gethostname(&bytes, 255)
  return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
