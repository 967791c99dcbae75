/// Why a server cannot be started: one line that says what to do.
public struct HTTPFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}
