internal import Glibc

/// Why a command ends early: one line that says what, where and what to do.
public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
  public var message: String
  public var exitCode: ExitCode
  /// Nobody reads our output any more: the program ends as a filter does, without a word.
  var isBrokenPipe = false

  public init(_ message: String, exitCode: ExitCode = .failure) {
    self.message = message
    self.exitCode = exitCode
  }

  /// A system call that failed, with the system's own words for `errno`.
  public init(_ what: String, errno code: Int32) {
    // SAFETY: strerror returns a valid C string for every number, copied here at once.
    let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    self.init("\(what): \(reason)")
  }

  static let brokenPipe = {
    var failure = Failure("nobody reads the output any more")
    failure.isBrokenPipe = true
    return failure
  }()

  public var description: String { message }
}
