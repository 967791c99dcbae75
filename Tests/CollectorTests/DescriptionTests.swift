import Affinity
import Collector
import HTTPService
import JSONText
import Reporting
import TestSupport
import Testing
import Wire

/// The description of the API, and whether all answers are as it says.
struct DescriptionTests {
  private static let documents = "\(Program.root)/docs"
  private static let canValidate =
    (try? Command("python3", ["-c", "import jsonschema"]).status) == 0

  /// `UPDATE_EXPECTED=1` writes the served copies anew from what is in `docs/`.
  @Test(arguments: ["openapi.json", "report.schema.json"])
  func `what is served is what docs has`(name: String) throws {
    let written = try text(ofFile: "\(Self.documents)/\(name)")
    if environment("UPDATE_EXPECTED") == "1" { try Self.update() }
    let served = try ServedReport(nil).get("/api/v1/\(name)")
    #expect(served.status == 200)
    #expect(served.body == written, "docs/\(name) has changed: UPDATE_EXPECTED=1 and build again")
  }

  private static func update() throws {
    func lines(_ name: String) throws -> String {
      try text(ofFile: "\(documents)/\(name)")
        .split(separator: "\n").map { "    \($0)\n" }.joined()
    }
    let path = "\(Program.root)/Sources/Collector/API/ServedDocuments.swift"
    let source = """
      /// Files of `docs/` that the API serves, word for word.
      ///
      /// Written by a test from what they are there: `UPDATE_EXPECTED=1 swift test --filter DescriptionTests`.
      enum ServedDocuments {
        /// `docs/openapi.json`.
        static let description = ##\"""
      \(try lines("openapi.json"))
          \"""##

        /// `docs/report.schema.json`, which it refers to.
        static let schema = ##\"""
      \(try lines("report.schema.json"))
          \"""##
      }

      """
    let folder = try TemporaryFolder()
    _ = try Command("cp", [try folder.write("source", Array(source.utf8)), path])
  }

  @Test func `every path and parameter is described, and no other`() throws {
    let description = try JSONValue(text(ofFile: "\(Self.documents)/openapi.json"))
    let served = try ServedReport(nil)
    let paths = description["paths"]?.object ?? [:]
    #expect(Set(paths.keys) == Set(served.service.routes.map(\.pattern)))
    for route in served.service.routes {
      let operation = paths[route.pattern]?["get"]
      let names = (operation?["parameters"]?.array ?? []).compactMap { parameter -> String? in
        let name = parameter["$ref"]?.string?.split(separator: "/").last.map(String.init)
        let own = name.flatMap { description["components"]?["parameters"]?[$0] } ?? parameter
        return own["in"] == .string("query") ? own["name"]?.string : nil
      }
      #expect(Set(names) == Set(route.query), "\(route.pattern)")
      // What needs no token says so.
      #expect((operation?["security"] == nil) == route.needsToken, "\(route.pattern)")
    }
  }

  @Test(.enabled(if: canValidate, "python3-jsonschema is missing: make set-up-test installs it"))
  func `every answer is as it is described`() throws {
    let folder = try TemporaryFolder()
    let database = "\(folder.path)/history.db"
    let report = try ServedReport.report()
    var store = try HistoryStore(path: database)
    try store.record(
      ServedReport.made(report, 1),
      [NodeState(name: "n1")],
      rememberedSince: ServedReport.start + .seconds(-3_600)
    )
    let served = try ServedReport(report, database: database)
    let empty = try ServedReport(nil)
    let (finding, incident) = (report.findings[0].id, report.incidents[0].id)
    var lines: [String] = []
    func ask(_ served: ServedReport, _ pattern: String, _ path: String, _ more: [String] = [])
      throws
    {
      let answer = try served.get(path, more)
      let isJSON = answer.type == "application/json"
      lines.append(
        "{\"path\":\"\(pattern)\",\"status\":\(answer.status),\"type\":\"\(answer.type)\","
          + "\"body\":\(isJSON ? answer.body.split(separator: "\n").joined(separator: " ") : "null")}\n"
      )
    }
    for pattern in served.service.routes.map(\.pattern) {
      let path = pattern.replacing("findings/{id}", with: "findings/\(finding)")
        .replacing("incidents/{id}", with: "incidents/\(incident)")
        .replacing("{file}", with: "\(finding).pcapng")
      // A stream has no end of its own.
      let more = pattern == "/api/v1/events" ? ["--max-time", "1"] : []
      try ask(served, pattern, path, more)
      try ask(served, pattern, path + "?nothing=1", more)
      try ask(empty, pattern, path, more)
    }
    try ask(served, "/api/v1/report", "/api/v1/report?form=stored")
    try ask(served, "/api/v1/sessions", "/api/v1/sessions?limit=2")
    let file = try folder.write("answers", Array(lines.joined().utf8))
    let check = try Command(
      "python3",
      [
        "\(Program.root)/Tests/CollectorTests/openapi.py", "\(Self.documents)/openapi.json",
        "\(Self.documents)/report.schema.json", file,
      ]
    )
    #expect(check.output == "")
    #expect(check.status == 0)
  }
}
