internal import CLinux
internal import Glibc
public import Wire

/// Datagrams received together by one system call, and the answers to them, sent together by another.
///
/// An answer leaves from the address that its request was sent to: a pod behind several addresses, or a hostNetwork
/// one, would otherwise answer from whichever the route prefers, and the client would not know it. An echo is sent
/// from the very buffer that it was received into.
@safe
public struct DatagramBatch: ~Copyable {
  /// The longest payload that UDP carries.
  public static let maximumDatagramLength = 65_535
  /// What an answer may be longer than the longest request.
  public static let answerLength = maximumDatagramLength + 1_024

  public let capacity: Int
  /// How many datagrams the last `receive` brought.
  public private(set) var count = 0
  /// How many answers wait for `send`.
  public private(set) var answerCount = 0

  // Buffers are an odd number of cache lines apart: at a power of two they would all want the same lines of the cache.
  private static let requestStride = 65_536 + 192
  private static let answerStride = answerLength + 193

  private let requests: UnsafeMutablePointer<stickler_message>
  private let answers: UnsafeMutablePointer<stickler_message>
  private let vectors: UnsafeMutablePointer<stickler_vector>
  private let addresses: UnsafeMutablePointer<sockaddr_storage>
  private let controls: UnsafeMutableRawPointer
  private let requestBytes: UnsafeMutablePointer<UInt8>
  private let answerBytes: UnsafeMutablePointer<UInt8>
  private let destinations: UnsafeMutablePointer<UInt8>
  private var sources: [Endpoint]

  public init(capacity: Int) {
    precondition((1...1_024).contains(capacity), "a batch holds 1 to 1,024 datagrams")
    self.capacity = capacity
    let controlLength = Int(STICKLER_CONTROL_LENGTH)
    // SAFETY: everything allocated here is freed in `deinit`, and the headers point only at what is allocated here.
    unsafe requests = .allocate(capacity: capacity)
    unsafe answers = .allocate(capacity: capacity)
    unsafe vectors = .allocate(capacity: 2 * capacity)
    unsafe addresses = .allocate(capacity: capacity)
    unsafe controls = .allocate(byteCount: capacity * controlLength, alignment: 16)
    unsafe requestBytes = .allocate(capacity: capacity * Self.requestStride)
    unsafe answerBytes = .allocate(capacity: capacity * Self.answerStride)
    unsafe requests.initialize(repeating: stickler_message(), count: capacity)
    unsafe answers.initialize(repeating: stickler_message(), count: capacity)
    unsafe vectors.initialize(repeating: stickler_vector(), count: 2 * capacity)
    unsafe addresses.initialize(repeating: sockaddr_storage(), count: capacity)
    unsafe destinations = .allocate(capacity: capacity * 16)
    unsafe destinations.initialize(repeating: 0, count: capacity * 16)
    unsafe controls.initializeMemory(as: UInt8.self, repeating: 0, count: capacity * controlLength)
    sources = Array(repeating: Endpoint(IPAddress(high: 0, low: 0), 0), count: capacity)
    for index in 0..<capacity {
      // SAFETY: each slot lies within its array.
      unsafe vectors[index].base = UnsafeMutableRawPointer(
        requestBytes + index * Self.requestStride
      )
      unsafe vectors[index].length = Self.maximumDatagramLength
      unsafe requests[index].vectors = vectors + index
      unsafe requests[index].vector_count = 1
      unsafe requests[index].name = UnsafeMutableRawPointer(addresses + index)
      unsafe answers[index].vectors = vectors + capacity + index
      unsafe answers[index].vector_count = 1
    }
  }

  deinit {
    // SAFETY: allocated in `init`, and by nobody else's hand.
    unsafe requests.deallocate()
    unsafe answers.deallocate()
    unsafe vectors.deallocate()
    unsafe addresses.deallocate()
    unsafe controls.deallocate()
    unsafe requestBytes.deallocate()
    unsafe destinations.deallocate()
    unsafe answerBytes.deallocate()
  }
}

extension DatagramBatch {
  /// Takes what waits at the socket, up to the capacity; 0 when nothing does.
  ///
  /// An ICMP error that waits is dropped, and what else there is comes with the next call.
  public mutating func receive(from socket: borrowing UDPSocket) -> Int {
    count = 0
    answerCount = 0
    let controlLength = Int(STICKLER_CONTROL_LENGTH)
    for index in 0..<capacity {
      // SAFETY: the index is within every array; the kernel shortened these lengths at the last call.
      unsafe requests[index].name_length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      unsafe requests[index].control = controls + index * controlLength
      unsafe requests[index].control_length = controlLength
    }
    // SAFETY: every header points at buffers of the lengths that it states.
    let received = unsafe stickler_receive(
      socket.number,
      requests,
      UInt32(capacity),
      destinations
    )
    guard received > 0 else { return 0 }
    count = Int(received)
    for index in 0..<count {
      // SAFETY: the kernel wrote an address of the socket's family.
      sources[index] = unsafe Endpoint(at: addresses + index) ?? Endpoint(IPAddress(v4: 0), 0)
    }
    return count
  }

  /// The payload of a received datagram; it stays until the next `receive`.
  @_lifetime(borrow self)
  public borrowing func payload(_ index: Int) -> Span<UInt8> {
    unsafe _overrideLifetime(received(index).span, borrowing: self)
  }

  private borrowing func received(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    precondition(index < count, "there are no more datagrams than were received")
    // SAFETY: the kernel wrote `msg_len` bytes there, and they stay until the next `receive`.
    return unsafe UnsafeBufferPointer(
      start: requestBytes + index * Self.requestStride,
      count: Int(requests[index].length)
    )
  }

  /// Whom a received datagram came from.
  public borrowing func source(_ index: Int) -> Endpoint { sources[index] }

  /// The address that a received datagram was sent to; all zero where the socket does not tell.
  public borrowing func destination(_ index: Int) -> IPAddress {
    precondition(index < count, "there are no more datagrams than were received")
    // SAFETY: sixteen bytes for each datagram that was received.
    return unsafe IPAddress(
      UnsafeRawPointer(destinations + 16 * index).loadUnaligned(as: in6_addr.self)
    )
  }
}

extension DatagramBatch {
  /// What is sent back for a datagram.
  public enum Answer: Hashable, Sendable {
    case none
    /// The datagram itself, from the buffer that it was received into.
    case echo
    /// What was written.
    case written
  }

  /// Decides the answer to a received datagram: `body` sees it and may write one.
  @inline(__always)
  public mutating func answer<Failure: Error>(
    _ index: Int,
    _ body: (Span<UInt8>, inout OutputSpan<UInt8>) throws(Failure) -> Answer
  ) throws(Failure) {
    let slot = answerCount
    // SAFETY: the slot is within the answers' buffer, which nothing else touches meanwhile: at most one answer is
    // made for each datagram, and the slot counts answers.
    let room = unsafe UnsafeMutableBufferPointer(
      start: answerBytes + slot * Self.answerStride,
      count: Self.answerLength
    )
    var output = unsafe OutputSpan(buffer: room, initializedCount: 0)
    let answer = try unsafe body(received(index).span, &output)
    let written = unsafe output.finalize(for: room)
    switch answer {
    case .none: return
    case .echo:
      // SAFETY: the vector of this slot, and the buffer that the datagram fills.
      unsafe vectors[capacity + slot] = stickler_vector(
        base: requestBytes + index * Self.requestStride,
        length: Int(requests[index].length)
      )
    case .written:
      // SAFETY: the vector of this slot, and the bytes just written.
      unsafe vectors[capacity + slot] = stickler_vector(base: room.baseAddress, length: written)
    }
    // SAFETY: the answer goes back by the request's own header: its source, and the claim of the address that it was
    // sent to, both kept until the next `receive`.
    unsafe answers[slot].name = requests[index].name
    unsafe answers[slot].name_length = requests[index].name_length
    unsafe answers[slot].control = requests[index].control
    unsafe answers[slot].control_length = requests[index].control_length
    answerCount = slot + 1
  }

  /// Sends the answers; those that the kernel refuses are dropped, as a network would.
  ///
  /// - Returns: how many were sent.
  public mutating func send(to socket: borrowing UDPSocket) -> Int {
    var next = 0
    var sent = 0
    while next < answerCount {
      // SAFETY: the headers from `next` on are complete.
      let status = unsafe stickler_send(
        socket.number,
        answers + next,
        UInt32(answerCount - next)
      )
      if status > 0 {
        next += Int(status)
        sent += Int(status)
      } else {
        // The error belongs to the first of them (an unreachable client, a full buffer): the others get their turn.
        next += 1
      }
    }
    answerCount = 0
    return sent
  }
}
