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
      guard position.offset < file.length else {
        guard let next = spool.files.first(where: { $0.number > file.number }) else {
          return false
        }
        move(to: next.number)
        continue
      }
      if reader == nil {
        reader = try MessageReader(path: file.path, from: position.offset)
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

  private mutating func move(to file: UInt64) {
    position = SpoolPosition(file: file)
    reader = nil
  }
}
