/// A chain of nftables, or of iptables where that writes nftables.
public struct FilterChain: Hashable, Sendable {
  public var table: String
  public var name: String

  public init(table: String, name: String) {
    self.table = table
    self.name = name
  }

  private static let get: UInt16 = 10 << 8 | 4
  private static let new: UInt16 = 10 << 8 | 3
  private static let failed: UInt16 = 2
  private static let done: UInt16 = 3

  /// All chains of this network namespace; the kernel tells them to CAP_NET_ADMIN only.
  public static func all() throws(SystemError) -> [FilterChain] {
    let socket = try NetlinkSocket(.netfilter)
    // A struct nfgenmsg of zeros: all families.
    try socket.askForAll(get, [0, 0, 0, 0])
    var chains: [FilterChain] = []
    while socket.wait(atMost: 1_000) {
      guard case .messages(let bytes) = try socket.read() else { continue }
      if try take(bytes.span, into: &chains) { return chains }
    }
    throw SystemError("read the chains of nftables", code: 110)
  }

  /// Whether that was the last of them.
  private static func take(
    _ bytes: Span<UInt8>,
    into chains: inout [FilterChain]
  ) throws(SystemError) -> Bool {
    var messages = NetlinkPieces.messages(of: bytes)
    while let message = messages.next(in: bytes) {
      switch message.type {
      case done: return true
      case failed:
        guard message.body.count >= 4 else { return true }
        let code = Int32(bitPattern: bytes.native32(at: message.body.lowerBound))
        if code == 0 { return true }
        throw SystemError("read the chains of nftables", code: -code)
      case new where message.body.count >= 4:
        var chain = FilterChain(table: "", name: "")
        let range = message.body.lowerBound + 4..<message.body.upperBound
        var attributes = NetlinkPieces.attributes(in: range)
        while let attribute = attributes.next(in: bytes) {
          if attribute.type == 1 { chain.table = bytes.text(in: attribute.body) }
          if attribute.type == 3 { chain.name = bytes.text(in: attribute.body) }
        }
        chains.append(chain)
      default: continue
      }
    }
    return false
  }
}
