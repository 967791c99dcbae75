/// An address and a UDP port.
@frozen
public struct Endpoint: Hashable, Sendable {
  public var address: IPAddress
  public var port: UInt16

  @inlinable
  public init(_ address: IPAddress, _ port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension Endpoint: Comparable {
  @inlinable
  public static func < (left: Self, right: Self) -> Bool {
    left.address != right.address ? left.address < right.address : left.port < right.port
  }
}

extension Endpoint: CustomStringConvertible, LosslessStringConvertible {
  /// `203.0.113.1:40000` or `[2001:db8::1]:40000`.
  public var description: String {
    String(decoding: textBytes(append), as: UTF8.self)
  }

  /// Appends what `description` says.
  public func append(to text: inout [UInt8]) {
    let isV4 = address.isV4
    if !isV4 { text.append(UInt8(ascii: "[")) }
    address.append(to: &text)
    if !isV4 { text.append(UInt8(ascii: "]")) }
    text.append(UInt8(ascii: ":"))
    text.append(decimal: UInt64(port))
  }

  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let port = UInt16(digits)
    else { return nil }
    var host = text[..<colon]
    let isBracketed = host.first == "[" && host.last == "]"
    if isBracketed { host = host.dropFirst().dropLast() }
    guard let address = IPAddress(host), address.isV4 != isBracketed else { return nil }
    self.init(address, port)
  }
}
