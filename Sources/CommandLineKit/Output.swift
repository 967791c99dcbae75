internal import Glibc

/// A buffered writer to a descriptor that says when the disk is full and keeps silent when the reader has gone.
///
/// Nothing is flushed when it goes out of scope: an error could not be told. `Command.runAndExit` flushes.
public struct Output: ~Copyable {
  private let descriptor: Int32
  /// How the destination is called in an error.
  private let name: String
  private var buffer: [UInt8] = []
  /// Large enough that a system call costs nothing per line.
  private static let capacity = 64 * 1024

  public init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
    buffer.reserveCapacity(Self.capacity + 4_096)
  }

  public mutating func write(_ text: String) throws(Failure) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= Self.capacity { try flush() }
  }

  /// Writes the text and ends the line.
  public mutating func line(_ text: String = "") throws(Failure) {
    buffer.append(contentsOf: text.utf8)
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.capacity { try flush() }
  }

  public mutating func write(bytes: [UInt8]) throws(Failure) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.capacity { try flush() }
  }

  /// Hands everything to the system.
  public mutating func flush() throws(Failure) {
    let result = writeAll(buffer, to: descriptor)
    buffer.removeAll(keepingCapacity: true)
    guard result != 0 else { return }
    throw result == EPIPE ? .brokenPipe : Failure("cannot write to \(name)", errno: result)
  }
}

/// Writes all bytes, however many calls it takes; returns zero or the `errno` of the failure.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
  var written = 0
  while written < bytes.count {
    // SAFETY: the offset stays below the count, and the buffer outlives the call.
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.write(
        descriptor,
        buffer.baseAddress.map { unsafe $0 + written },
        buffer.count - written
      )
    }
    if count >= 0 {
      written += count
      continue
    }
    switch errno {
    case EINTR: continue
    case EAGAIN:
      // A terminal that another program set to non-blocking.
      var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      // SAFETY: one pollfd, as said.
      _ = unsafe poll(&request, 1, -1)
    default: return errno
    }
  }
  return 0
}
