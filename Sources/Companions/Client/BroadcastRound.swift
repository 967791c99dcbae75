public import Protocols
public import Wire

/// One message to every address of a name, and who acknowledged it: pure, with time as an argument.
public struct BroadcastRound: Sendable {
  /// One address, and what is known of it.
  public struct Receiver: Hashable, Sendable {
    public var address: IPAddress
    public var attempts = 0
    /// The pod's name once it has acknowledged.
    public var pod: String?
  }

  public let message: Broadcast.Message
  public private(set) var receivers: [Receiver]

  public init(_ text: String, id: UInt64?, to addresses: [IPAddress]) {
    message = Broadcast.Message(text: Array(text.utf8), id: id)
    receivers = addresses.map { Receiver(address: $0) }
  }

  public var acknowledged: Int { receivers.count { $0.pod != nil } }

  public var isComplete: Bool { acknowledged == receivers.count }

  /// The addresses that the next attempt goes to: those that have not acknowledged.
  public mutating func attempt() -> [IPAddress] {
    var addresses: [IPAddress] = []
    for index in receivers.indices where receivers[index].pod == nil {
      receivers[index].attempts += 1
      addresses.append(receivers[index].address)
    }
    return addresses
  }

  /// Notes an acknowledgement; nil where it is none of this message, or known already.
  public mutating func receive(_ bytes: Span<UInt8>, from address: IPAddress) -> String? {
    guard let acknowledgement = Broadcast.Acknowledgement(bytes), acknowledgement.id == message.id,
      let index = receivers.firstIndex(where: { $0.address == address }),
      receivers[index].pod == nil
    else { return nil }
    receivers[index].pod = acknowledgement.pod
    return acknowledgement.pod
  }
}
