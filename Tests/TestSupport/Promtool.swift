/// Prometheus' own word on what we write for it.
public enum Promtool {
  public static let isInstalled = Command.path(of: "promtool") != nil

  /// What `promtool check metrics` objects to; empty where all is well.
  public static func problems(ofMetrics text: String) throws -> String {
    let folder = try TemporaryFolder()
    let file = try folder.write("metrics", Array(text.utf8))
    let check = try Command("sh", ["-c", "promtool check metrics <'\(file)' 2>&1"])
    return check.status == 0 ? "" : "status \(check.status): \(check.output)"
  }
}
