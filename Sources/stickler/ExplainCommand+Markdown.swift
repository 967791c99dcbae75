import Affinity
import CommandLineKit

extension ExplainCommand {
  /// The whole catalogue as a page: `docs/catalogue.md` is this text.
  static func markdownCatalogue() -> String {
    var text = """
      # Failure modes

      What goes wrong with UDP clients of Kubernetes services, how it looks in packets and what to do about it.
      Reports name these modes; `stickler explain MODE` tells one of them in the terminal.

      This page is what `stickler explain --format markdown` prints.

      | Id | Name | Class | What users see |
      |---|---|---|---|

      """
    for mode in Catalogue.inOrder {
      text +=
        "| [\(mode.id)](#\(anchor(mode))) | \(mode.name) | \(mode.modeClass.rawValue) "
        + "| \(mode.words.headline) |\n"
    }
    for mode in Catalogue.inOrder { text += "\n" + markdown(of: mode) }
    return text
  }

  /// One mode, from its heading on.
  static func markdown(of mode: Mode) -> String {
    var text = "## \(mode.id) \(mode.name)\n\n"
    text += "Class: \(mode.modeClass.rawValue). Origin: \(mode.origin.words).\n"
    for section in mode.sections { text += paragraph("**\(section.title).** \(section.text)") }
    let references = mode.words.threads.map(link) + mode.words.facts
    if !references.isEmpty {
      text += "\n**References.**\n\n"
      for reference in references { text += "- \(reference)\n" }
    }
    return text
  }

  /// How the heading of a mode is addressed in its page.
  private static func anchor(_ mode: Mode) -> String { "\(mode.id.lowercased())-\(mode.name)" }

  private static func paragraph(_ text: String) -> String {
    "\n" + wrapped(text, to: 110).joined(separator: "\n") + "\n"
  }

  /// A thread as a link; GitHub leads from an issue's address to a pull request's.
  private static func link(_ thread: String) -> String {
    let parts = thread.split(separator: "#")
    guard parts.count == 2 else { return thread }
    return "[\(thread)](https://github.com/\(parts[0])/issues/\(parts[1]))"
  }
}
