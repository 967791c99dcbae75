public import Wire

/// Something that happened to the cluster while it was captured, for the picture of sessions over time.
public struct ClusterEvent: Hashable, Sendable {
  /// It happened at or after this time; nil where only the capture bounds it.
  public var after: Timestamp?
  /// It had happened by this time; nil where only the capture bounds it.
  public var before: Timestamp?
  public var text: String

  public init(after: Timestamp?, before: Timestamp?, text: String) {
    self.after = after
    self.before = before
    self.text = text
  }
}
