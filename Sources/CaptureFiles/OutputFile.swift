internal import Glibc

/// A file being written, which gets its name only when it is complete.
///
/// Until `commit()` the bytes are under a temporary name beside it, and nobody finds half a file. What is no regular
/// file (a pipe, a device, `-` for standard output) is written directly.
public struct OutputFile: ~Copyable {
  private let path: String
  private let descriptor: Int32
  /// `nil` if the bytes go straight to where they belong.
  private let temporaryPath: String?
  private var isCommitted = false

  public init(path: String) throws(CaptureFileError) {
    self.path = path
    if path == "-" {
      (descriptor, temporaryPath) = (1, nil)
      return
    }
    var status = stat()
    // SAFETY: the string and the structure outlive the call.
    let isThere = unsafe stat(path, &status) == 0
    if isThere, status.st_mode & S_IFMT != S_IFREG {
      temporaryPath = nil
      // SAFETY: the string outlives the call.
      descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    } else {
      let temporaryPath = "\(path).\(getpid()).partial"
      self.temporaryPath = temporaryPath
      // SAFETY: the string outlives the call.
      descriptor = unsafe open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    }
    guard descriptor >= 0 else {
      // Nothing to remove or close.
      isCommitted = true
      throw CaptureFileError(file: path, operation: .open, reason: systemReason())
    }
  }

  deinit {
    guard !isCommitted else { return }
    if descriptor > 2 { close(descriptor) }
    // SAFETY: the string outlives the call.
    if let temporaryPath { unsafe unlink(temporaryPath) }
  }

  /// Writes all the bytes, and empties them for the next ones.
  public mutating func write(_ bytes: inout [UInt8]) throws(CaptureFileError) {
    guard writeAll(bytes.indices, of: bytes, to: descriptor) else {
      throw CaptureFileError(file: path, operation: .write, reason: systemReason())
    }
    bytes.removeAll(keepingCapacity: true)
  }

  /// Gives the complete file its name.
  public consuming func commit() throws(CaptureFileError) {
    isCommitted = true
    guard descriptor <= 2 || close(descriptor) == 0 else {
      throw CaptureFileError(file: path, operation: .write, reason: systemReason())
    }
    // SAFETY: both strings outlive the call.
    if let temporaryPath, unsafe rename(temporaryPath, path) != 0 {
      let reason = systemReason()
      // SAFETY: the string outlives the call.
      unsafe unlink(temporaryPath)
      throw CaptureFileError(file: path, operation: .write, reason: reason)
    }
  }
}
