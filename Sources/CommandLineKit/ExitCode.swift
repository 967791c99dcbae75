/// What a program says to the shell when it ends.
///
/// A verdict that could not be reached differs from one that was: a script must be able to tell "nothing moved" from
/// "could not have seen it".
public enum ExitCode: Int32, CaseIterable, Sendable {
  /// Everything that was promised held, or there was nothing to judge.
  case pass = 0
  /// At least one promise was broken.
  case violation = 1
  /// Nothing was seen to break, but the capture could not have shown it.
  case inconclusive = 2
  /// The command line was wrong, or something could not be read or written.
  case failure = 3

  /// One line for help and man pages.
  var meaning: String {
    switch self {
    case .pass: "done; what was judged passed"
    case .violation: "a promise was broken"
    case .inconclusive: "nothing was seen to break, but it could not have been seen"
    case .failure: "wrong usage, or something could not be read or written"
    }
  }
}
