/// Why a capture could not be read, or no further: what, where, and often what to do, in one line.
public struct CaptureFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Operation: String, Hashable, Sendable {
    case open
    case read
    case recognise
    case decompress
    case parse
    case write
  }

  public var file: String
  public var operation: Operation
  public var reason: String
  /// Where in the file, or in what it decompresses to; `nil` where no byte is to blame.
  public var offset: UInt64?
  /// The offset counts decompressed bytes.
  public var isDecompressed: Bool

  public init(
    file: String,
    operation: Operation,
    reason: String,
    offset: UInt64? = nil,
    isDecompressed: Bool = false
  ) {
    self.file = file
    self.operation = operation
    self.reason = reason
    self.offset = offset
    self.isDecompressed = isDecompressed
  }

  public var description: String {
    place(file, offset, isDecompressed) + ": " + reason
  }
}

/// Something about a capture that its reader should know, and that did not stop the reading.
public struct CaptureWarning: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// The file ends inside its last record, as one does that is still being written.
    case recordCutShort
    /// The compressed stream ends before its end mark.
    case streamCutShort
    case bytesAfterStream
    /// More names than the reader keeps.
    case namesLeftOut
  }

  public var file: String
  public var kind: Kind
  public var offset: UInt64
  public var isDecompressed = false
  public var reason: String

  public var description: String {
    place(file, offset, isDecompressed) + ": " + reason
  }
}

private func place(_ file: String, _ offset: UInt64?, _ isDecompressed: Bool) -> String {
  guard let offset else { return file }
  return "\(file): byte \(offset)" + (isDecompressed ? " of its decompressed content" : "")
}
