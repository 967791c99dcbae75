public import System

/// A message's place in a spool, which its file and offset are.
public struct SpoolPosition: Hashable, Comparable, Sendable {
  public var file: UInt64
  public var offset: UInt64

  public init(file: UInt64 = 0, offset: UInt64 = 0) {
    self.file = file
    self.offset = offset
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.file != right.file ? left.file < right.file : left.offset < right.offset
  }
}

/// Reads a spool's messages in their order, while it is being written to.
///
/// What was dropped before it was read is passed over; the spool has counted it.
public struct SpoolReader: ~Copyable, Sendable {
  /// Where the next message is looked for.
  public private(set) var position: SpoolPosition
  private var reader: MessageReader?

  public init(from position: SpoolPosition = SpoolPosition()) {
    self.position = position
  }

  /// Replaces `message` by the next one; false where there is none yet.
  ///
  /// A message that begins a file is where a session that starts now can start: templates stand before what needs them.
  public mutating func next(
    of spool: borrowing Spool,
    into message: inout [UInt8]
  ) throws(SystemError) -> Bool {
    var isFresh = false
    while let file = spool.files.first(where: { $0.number >= position.file }) {
      if file.number > position.file { move(to: file.number) }
      if position.offset >= file.length, file.takeTail(at: position.offset, &message) {
        position.offset += UInt64(message.count)
        return true
      }
      guard position.offset < file.length, let path = file.path else {
        guard let next = spool.files.first(where: { $0.number > file.number }) else {
          return false
        }
        move(to: next.number)
        continue
      }
      if reader == nil {
        reader = try MessageReader(path: path, from: position.offset)
        isFresh = true
      }
      if try reader?.next(into: &message) == true {
        position.offset += UInt64(message.count)
        return true
      }
      reader = nil
      // It was at its end when it was last read, and has grown; or else somebody has changed it meanwhile.
      if isFresh { move(to: file.number + 1) }
    }
    return false
  }

  /// Passes over a file that cannot be read.
  mutating func skipFile() {
    move(to: position.file + 1)
  }

  private mutating func move(to file: UInt64) {
    position = SpoolPosition(file: file)
    reader = nil
  }
}

extension SpoolFile {
  /// Replaces `message` by the one that stands in memory at an offset; false where there is none.
  fileprivate func takeTail(at offset: UInt64, _ message: inout [UInt8]) -> Bool {
    guard offset - length < UInt64(tail.count) else { return false }
    let start = Int(offset - length)
    guard let header = MessageHeader(tail.span.extracting(start..<tail.count)),
      header.length <= tail.count - start
    else { return false }
    message.removeAll(keepingCapacity: true)
    message.append(contentsOf: tail[start..<start + header.length])
    return true
  }
}
