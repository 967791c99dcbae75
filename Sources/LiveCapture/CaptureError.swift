/// Why packets cannot be captured, or no longer: what was tried and the reason, in one line.
public struct CaptureError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    case noPermission
    case noSuchInterface
    case filter
    case system
  }

  public var kind: Kind
  public var reason: String

  public init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  public var description: String { reason }
}
