import Affinity
import JSONText
import TestSupport
import Testing

/// The samples of failure modes that the lab has recorded, and the reports that they must give, byte for byte.
///
/// `Tests/Lab/lab --record A2` records one anew; `UPDATE_EXPECTED=1 swift test --filter SampleTests` then writes what
/// is told of it, and `git diff` shows that.
@Suite struct SampleTests {
  /// The folders of captures/ that hold one.
  static let samples =
    (try? Command("sh", ["-c", "cd '\(Program.root)/captures' && ls -d [ABC][0-9]*"]).output)?
    .split(separator: "\n").map(String.init) ?? []

  @Test(arguments: samples)
  func `each gives its report, with the mode that it is a sample of`(name: String) throws {
    let folder = "captures/\(name)"
    let options = try text(ofFile: "\(Program.root)/\(folder)/options")
    let words =
      "analyze \(folder) -i \(folder) \(options.split(separator: "\n")[0]) -f json"
    let expected = "\(Program.root)/\(folder)/expected-report.json"
    let run = try Program.run(words)
    #expect(run.errors == "")
    if environment("UPDATE_EXPECTED") == "1" { _ = try Program.run("\(words) -o \(expected)") }
    #expect(
      run.output == (try text(ofFile: expected)),
      "stickler \(words) differs from \(expected)"
    )
    let report = try JSONValue(run.output)
    let wanted = try JSONValue(text(ofFile: "\(Program.root)/\(folder)/expected.json"))
    let found = Set((report["findings"]?.array ?? []).compactMap { $0["mode"]?.string })
    #expect(found == Set((wanted["modes"]?.array ?? []).compactMap(\.string)))
    #expect(report["exit_code"]?.integer == wanted["exit_code"]?.integer)
  }

  @Test func `are those that explain names`() throws {
    let named = try Catalogue.inOrder.filter {
      try Program.run("explain \($0.id)").output.contains("captures/\($0.id)-\($0.name)")
    }
    #expect(Set(named.map { "\($0.id)-\($0.name)" }) == Set(Self.samples))
    #expect(named.count > 30)
  }
}
