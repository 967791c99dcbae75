import TestSupport
import Testing

@Suite struct `manifests of k8s` {
  private static let programs = String(Program.path.dropLast("/stickler".count))
  private static let canRender =
    hasProgram("kubectl") && (try? check("--able").status) == 0

  private static func hasProgram(_ name: String) -> Bool { Command.path(of: name) != nil }

  /// What `scripts/check-manifests` has to say against them, and what it left out.
  private static func check(_ words: String...) throws -> Command {
    try Command("\(Program.root)/scripts/check-manifests", words)
  }

  @Test(.enabled(if: canRender, "kubectl, or Python's yaml, is missing: make set-up-test"))
  func `are valid, may no more than they must, and fit each other`() throws {
    let checked = try Self.check("--mutations")
    print(checked.output, terminator: "")
    #expect(checked.status == 0, "\(checked.output)")
  }

  @Test(.enabled(if: canRender, "kubectl, or Python's yaml, is missing: make set-up-test"))
  func `give the programs arguments, users and mounts that they can work with`() throws {
    let checked = try Self.check("--programs", Self.programs)
    #expect(checked.status == 0, "\(checked.output)")
  }
}
