internal import CLinux
internal import Glibc
public import Wire

/// Datagrams to one target that are sent together by one system call.
@safe
public struct DatagramOutbox: ~Copyable {
  public let capacity: Int
  public let datagramLength: Int

  private let messages: UnsafeMutablePointer<stickler_message>
  private let vectors: UnsafeMutablePointer<stickler_vector>
  private let address: UnsafeMutablePointer<SocketAddress>
  private let bytes: UnsafeMutablePointer<UInt8>

  /// Room for so many datagrams of at most this length, all zeroes at first.
  ///
  /// `isV6` is the family of the sockets that they will be sent from, which is that of the target.
  public init(to target: Endpoint, capacity: Int, datagramLength: Int) {
    precondition((1...1_024).contains(capacity), "an outbox holds 1 to 1,024 datagrams")
    self.capacity = capacity
    self.datagramLength = datagramLength
    let isV6 = !target.address.isV4
    // SAFETY: what is allocated here is freed in `deinit`, and the headers point only at it.
    unsafe messages = .allocate(capacity: capacity)
    unsafe vectors = .allocate(capacity: capacity)
    unsafe address = .allocate(capacity: 1)
    unsafe bytes = .allocate(capacity: max(1, capacity * datagramLength))
    unsafe messages.initialize(repeating: stickler_message(), count: capacity)
    unsafe vectors.initialize(repeating: stickler_vector(), count: capacity)
    unsafe address.initialize(to: SocketAddress(target, forV6Socket: isV6))
    unsafe bytes.initialize(repeating: 0, count: max(1, capacity * datagramLength))
    for index in 0..<capacity {
      // SAFETY: each slot lies within its array.
      unsafe vectors[index].base = UnsafeMutableRawPointer(bytes + index * datagramLength)
      unsafe vectors[index].length = datagramLength
      unsafe messages[index].vectors = vectors + index
      unsafe messages[index].vector_count = 1
      unsafe messages[index].name = UnsafeMutableRawPointer(address)
      unsafe messages[index].name_length = SocketAddress.length(forV6Socket: isV6)
    }
  }

  deinit {
    // SAFETY: allocated in `init`, and by nobody else's hand.
    unsafe messages.deallocate()
    unsafe vectors.deallocate()
    unsafe address.deallocate()
    unsafe bytes.deallocate()
  }

  /// Changes a datagram's length, and its bytes.
  public mutating func fill(
    _ index: Int,
    length: Int,
    _ body: (inout MutableSpan<UInt8>) -> Void
  ) {
    precondition(index < capacity && length <= datagramLength, "the outbox has no such room")
    // SAFETY: the slot's bytes, of which `length` are shown.
    unsafe vectors[index].length = length
    let slot = unsafe UnsafeMutableBufferPointer(
      start: bytes + index * datagramLength,
      count: length
    )
    var span = unsafe slot.mutableSpan
    body(&span)
  }

  /// Sends the first so many; how many the kernel took.
  public mutating func send(_ count: Int, from socket: borrowing UDPSocket) -> Int {
    // SAFETY: the headers are complete up to the capacity.
    max(0, unsafe Int(stickler_send(socket.number, messages, UInt32(min(count, capacity)))))
  }
}
