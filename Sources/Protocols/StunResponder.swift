public import Wire

/// Writes the answers of a STUN server that knows its pod and its node.
public struct StunResponder: Sendable {
  private let software: [UInt8]
  private let pod: [UInt8]
  private let node: [UInt8]

  /// An answer is at most this much longer than its request: optional attributes that do not fit stay away.
  public static let allowance = 256

  public init(software: String, pod: String, node: String) {
    self.software = Self.attribute(Stun.Attribute.software, software)
    self.pod = Self.attribute(Stun.Attribute.pod, pod)
    self.node = Self.attribute(Stun.Attribute.node, node)
  }

  private static func attribute(_ number: UInt16, _ text: String) -> [UInt8] {
    // 763 bytes of UTF-8 is what RFC 8489 allows in SOFTWARE.
    let value = Array(text.utf8.prefix(763))
    guard !value.isEmpty else { return [] }
    let head = [number >> 8, number & 0xff, UInt16(value.count) >> 8, UInt16(value.count) & 0xff]
    let padding = Array(repeating: UInt8(0), count: (4 - value.count % 4) % 4)
    return head.map(UInt8.init) + value + padding
  }

  /// Answers with the source that the request came from.
  public func write(
    _ request: StunRequest,
    ofLength length: Int,
    from source: Endpoint,
    to output: inout OutputSpan<UInt8>
  ) {
    if let attribute = request.notUnderstood {
      return refuse(request, attribute, to: &output)
    }
    let isClassic = request.transaction.isClassic
    var room = length + Self.allowance - Stun.headerLength
    var content = source.address.isV4 ? 12 : 24
    if !isClassic { content += 8 }
    if request.clientID != nil { content += 12 }
    if request.sequence != nil { content += 12 }
    room -= content
    // In the order of their worth to whoever asks.
    func fits(_ attribute: [UInt8]) -> Bool {
      guard attribute.count <= room else { return false }
      room -= attribute.count
      content += attribute.count
      return true
    }
    let hasPod = fits(pod)
    let hasNode = fits(node)
    let hasSoftware = fits(software)
    output.append(bigEndian: Stun.bindingSuccess)
    output.append(bigEndian: UInt16(content))
    output.append(request.transaction)
    append(source, request.transaction, to: &output)
    if let clientID = request.clientID { output.append(Stun.Attribute.clientID, clientID) }
    if let sequence = request.sequence { output.append(Stun.Attribute.sequence, sequence) }
    if hasPod { output.append(pod) }
    if hasNode { output.append(node) }
    if hasSoftware { output.append(software) }
    if !isClassic { output.appendFingerprint() }
  }

  private func append(
    _ source: Endpoint,
    _ transaction: Stun.Transaction,
    to output: inout OutputSpan<UInt8>
  ) {
    let isClassic = transaction.isClassic
    let word = isClassic ? 0 : transaction.word
    output.append(
      bigEndian: isClassic ? Stun.Attribute.mappedAddress : Stun.Attribute.xorMappedAddress
    )
    output.append(bigEndian: source.address.isV4 ? 8 : 20 as UInt16)
    output.append(bigEndian: source.address.isV4 ? 1 : 2 as UInt16)
    output.append(bigEndian: source.port ^ UInt16(truncatingIfNeeded: word >> 16))
    if source.address.isV4 {
      output.append(bigEndian: source.address.v4Bits ^ word)
    } else {
      let (high, low) = isClassic ? (0, 0) : transaction.wideMask
      output.append(bigEndian: source.address.high ^ high)
      output.append(bigEndian: source.address.low ^ low)
    }
  }

  /// 420 Unknown Attribute, naming the first one.
  private func refuse(
    _ request: StunRequest,
    _ attribute: UInt16,
    to output: inout OutputSpan<UInt8>
  ) {
    let hasFingerprint = !request.transaction.isClassic
    output.append(bigEndian: Stun.bindingError)
    output.append(bigEndian: (hasFingerprint ? 44 : 36) as UInt16)
    output.append(request.transaction)
    output.append(bigEndian: Stun.Attribute.errorCode)
    output.append(bigEndian: 24 as UInt16)
    output.append(bigEndian: 0x0000_0414 as UInt32)
    // Blanks, because a classic reader wants multiples of four.
    output.append("Unknown Attribute   ")
    output.append(bigEndian: Stun.Attribute.unknownAttributes)
    output.append(bigEndian: 4 as UInt16)
    output.append(bigEndian: attribute)
    output.append(bigEndian: attribute)
    if hasFingerprint { output.appendFingerprint() }
  }
}
