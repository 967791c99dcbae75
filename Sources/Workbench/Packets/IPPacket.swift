public import Wire

/// An IPv4 or IPv6 packet as values, and the bytes that they make.
public struct IPPacket: Hashable, Sendable {
  public var source: IPAddress
  public var destination: IPAddress
  public var transport: Transport
  /// The TTL or hop limit.
  public var hopLimit: UInt8 = 64
  /// The IPv4 id, or the id of the IPv6 fragment header.
  public var identification: UInt32 = 0
  public var dontFragment = false
  public var moreFragments = false
  /// Where this fragment's payload lies in the whole, in bytes: a multiple of eight.
  public var fragmentOffset = 0
  /// The TOS byte or traffic class.
  public var trafficClass: UInt8 = 0
  public var flowLabel: UInt32 = 0
  /// IPv4 options, padded with zeros to a multiple of four.
  public var options: [UInt8] = []
  /// IPv6 extension headers in order: their numbers and what follows the two leading bytes.
  public var extensions: [ExtensionHeader] = []
  public var payload: [UInt8]

  public init(
    from source: IPAddress,
    to destination: IPAddress,
    over transport: Transport,
    payload: [UInt8]
  ) {
    self.source = source
    self.destination = destination
    self.transport = transport
    self.payload = payload
  }

  public var isV4: Bool { source.isV4 }

  public var isFragment: Bool { moreFragments || fragmentOffset != 0 }

  public var bytes: [UInt8] { isV4 ? v4Bytes : v6Bytes }

  /// The length of everything that precedes `payload`.
  public var headerLength: Int {
    isV4
      ? 20 + (options.count + 3) / 4 * 4
      : 40 + extensions.reduce(0) { $0 + $1.bytes(next: 0).count } + (isFragment ? 8 : 0)
  }

  private var v4Bytes: [UInt8] {
    let header = headerLength
    var bytes: [UInt8] = [0x40 | UInt8(header / 4), trafficClass]
    bytes.reserveCapacity(header + payload.count)
    bytes.append16(UInt16(truncatingIfNeeded: header + payload.count))
    bytes.append16(UInt16(truncatingIfNeeded: identification))
    bytes.append16(
      (dontFragment ? 0x4000 : 0) | (moreFragments ? 0x2000 : 0)
        | UInt16(truncatingIfNeeded: fragmentOffset / 8)
    )
    bytes += [hopLimit, transport.rawValue, 0, 0]
    bytes.append32(source.v4Bits)
    bytes.append32(destination.v4Bits)
    bytes += options
    bytes += Array(repeating: 0, count: header - bytes.count)
    var sum = InternetSum()
    sum.add(bytes[...])
    bytes.set16(sum.checksum, at: 10)
    return bytes + payload
  }

  private var v6Bytes: [UInt8] {
    var chain = extensions
    if isFragment {
      var body: [UInt8] = []
      body.append16(UInt16(truncatingIfNeeded: fragmentOffset) | (moreFragments ? 1 : 0))
      body.append32(identification)
      chain.append(ExtensionHeader(number: 44, body: body))
    }
    var headers: [UInt8] = []
    for (index, header) in chain.enumerated() {
      let isLast = index + 1 == chain.count
      headers += header.bytes(next: isLast ? transport.rawValue : chain[index + 1].number)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(40 + headers.count + payload.count)
    bytes.append32(6 << 28 | UInt32(trafficClass) << 20 | flowLabel & 0xfffff)
    bytes.append16(UInt16(truncatingIfNeeded: headers.count + payload.count))
    bytes += [chain.first?.number ?? transport.rawValue, hopLimit]
    for address in [source, destination] {
      bytes.append64(address.high)
      bytes.append64(address.low)
    }
    return bytes + headers + payload
  }
}

/// An IPv6 extension header: its number, and its bytes after "next header" and "length".
public struct ExtensionHeader: Hashable, Sendable {
  public var number: UInt8
  public var body: [UInt8]

  public init(number: UInt8, body: [UInt8]) {
    self.number = number
    self.body = body
  }

  public static let hopByHop = Self(number: 0, body: [1, 4, 0, 0, 0, 0])
  public static let destinationOptions = Self(number: 60, body: [1, 4, 0, 0, 0, 0])

  func bytes(next: UInt8) -> [UInt8] {
    // A fragment header (44) has a reserved byte where the others have their length.
    let count = (body.count + 2 + 7) / 8 * 8
    let length = number == 44 ? 0 : UInt8(count / 8 - 1)
    return [next, length] + body + Array(repeating: 0, count: count - 2 - body.count)
  }
}
