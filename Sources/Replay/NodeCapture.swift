/// The captures of one node: several files are one timeline, merged by time.
public struct NodeCapture: Hashable, Sendable {
  public var name: String
  /// Paths; `-` is standard input.
  public var files: [String]

  public init(name: String, files: [String]) {
    self.name = name
    self.files = files
  }
}
