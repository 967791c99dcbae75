internal import Glibc
public import System
public import Wire

/// Reads the messages of an IPFIX file (RFC 5655), one after the other.
public struct MessageReader: ~Copyable, Sendable {
  /// How a file ended, or where it could be read no further.
  public enum Ending: Equatable, Sendable {
    case whole
    /// The file ends inside its last message, as one does whose writer was stopped: so many bytes are left over.
    case torn(bytes: Int)
    /// What stands there is no message.
    case damaged
  }

  public let path: String
  /// How long the file was, and when it was last written to, as it was opened.
  public let byteCount: UInt64
  public let writtenAt: Timestamp
  /// Where the next message begins.
  public private(set) var offset: UInt64
  public private(set) var ending: Ending?

  private let file: Descriptor
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// Reads from a message's first byte on.
  public init(path: String, from offset: UInt64 = 0) throws(SystemError) {
    // SAFETY: the path outlives the call.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw SystemError(path, code: errno) }
    let opened = Descriptor(owning: number)
    guard offset == 0 || lseek(number, off_t(offset), SEEK_SET) >= 0 else {
      throw SystemError(path, code: errno)
    }
    var status = stat()
    // SAFETY: the system fills the structure, and keeps no pointer to it.
    guard unsafe fstat(opened.number, &status) == 0 else { throw SystemError(path, code: errno) }
    byteCount = UInt64(clamping: status.st_size)
    let written = status.st_mtim
    writtenAt = Timestamp(
      nanoseconds: Int64(written.tv_sec) * 1_000_000_000 + Int64(written.tv_nsec)
    )
    file = opened
    self.path = path
    self.offset = offset
  }

  /// Whether a file begins as one of messages does: with a message that has room for a set.
  public static func recognises(path: String) -> Bool {
    // SAFETY: the path outlives the call.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { return false }
    let file = Descriptor(owning: number)
    var status = stat()
    // SAFETY: the system fills the structure, and keeps no pointer to it.
    guard unsafe fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let head = readAvailable(file.number, upTo: MessageHeader.byteCount),
      let header = MessageHeader(head.span)
    else { return false }
    return header.length >= MessageHeader.byteCount + SetID.headerLength
  }

  /// Replaces `message` by the next one; false when there is no more, and `ending` says why.
  public mutating func next(into message: inout [UInt8]) throws(SystemError) -> Bool {
    guard ending == nil else { return false }
    try fill(MessageHeader.byteCount)
    let rest = buffer.count - start
    guard rest > 0 else {
      ending = .whole
      return false
    }
    guard rest >= MessageHeader.byteCount else {
      ending = .torn(bytes: rest)
      return false
    }
    guard let header = MessageHeader(buffer.span.extracting(start..<buffer.count)) else {
      ending = .damaged
      return false
    }
    try fill(header.length)
    guard buffer.count - start >= header.length else {
      ending = .torn(bytes: buffer.count - start)
      return false
    }
    message.removeAll(keepingCapacity: true)
    message.append(contentsOf: buffer[start..<start + header.length])
    start += header.length
    offset += UInt64(header.length)
    return true
  }

  /// Whether the next message of a domain begins here, or the file ends.
  public mutating func isFollowed(in domain: UInt32) throws(SystemError) -> Bool {
    try fill(MessageHeader.byteCount)
    return buffer.count - start < MessageHeader.byteCount || length(of: domain, at: start) != nil
  }

  /// Goes on behind what is no message, with the next one of a domain; false where none is left, and the file ends here.
  ///
  /// What looks like a message is one where another one follows, or the file ends.
  public mutating func resume(in domain: UInt32) throws(SystemError) -> Bool {
    let stood = offset
    try fill(MessageHeader.byteCount + 1)
    while buffer.count - start > MessageHeader.byteCount {
      start += 1
      offset += 1
      if try isMessage(of: domain) {
        ending = nil
        return true
      }
      try fill(MessageHeader.byteCount + 1)
    }
    offset = stood
    ending = ending ?? .damaged
    return false
  }

  private mutating func isMessage(of domain: UInt32) throws(SystemError) -> Bool {
    guard let length = self.length(of: domain, at: start) else { return false }
    try fill(length + MessageHeader.byteCount)
    guard buffer.count - start > length else { return buffer.count - start == length }
    return self.length(of: domain, at: start + length) != nil
  }

  /// How long the message says it is that begins in the buffer; nil where there is none of that domain.
  private func length(of domain: UInt32, at place: Int) -> Int? {
    guard let header = MessageHeader(buffer.span.extracting(place..<buffer.count)),
      header.domain == domain
    else { return nil }
    return header.length
  }

  /// Reads until so many bytes are there, or the file is at its end.
  private mutating func fill(_ count: Int) throws(SystemError) {
    while buffer.count - start < count, !isAtEnd {
      if start > 0 {
        buffer.removeFirst(start)
        start = 0
      }
      guard let some = readAvailable(file.number, upTo: 1 << 18) else {
        let code = errno
        if code == EINTR { continue }
        throw SystemError(path, code: code)
      }
      isAtEnd = some.isEmpty
      buffer += some
    }
  }
}
