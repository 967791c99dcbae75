public import Affinity
internal import CommandLineKit
internal import Wire

/// Writes a report for people: the verdict first, then what was promised, what broke and why; last what was not seen.
///
/// `drain` is given the bytes as they come.
public func writeText<E>(
  _ report: Report,
  layout: TextLayout,
  drain: ([UInt8]) throws(E) -> Void
) throws(E) {
  var page = TextPage(layout)
  page.add(headlineOf: report)
  page.add(contradictionsOf: report)
  let totals = SessionTotals(report)
  page.add(captureOf: report, totals.all)
  page.add(servicesOf: report, totals)
  page.add(incidentsOf: report)
  page.add(undeterminedOf: report)
  try drain(page.drain())
  if layout.showsSessions {
    try page.add(sessionsOf: report, drain: drain)
  }
  page.add(blindSpotsOf: report)
  page.add(adviceOn: report, totals.all)
  try drain(page.drain())
}

/// Lines as they are written: headings, paragraphs that are broken to fit, and tables.
struct TextPage {
  let layout: TextLayout
  private var bytes: [UInt8] = []

  init(_ layout: TextLayout) {
    self.layout = layout
  }

  var style: Style { layout.style }

  /// Whether so much has gathered that it should be handed on.
  var isLong: Bool { bytes.count > 1 << 16 }

  mutating func drain() -> [UInt8] {
    defer { bytes.removeAll() }
    return bytes
  }

  mutating func line(_ text: String = "") {
    bytes.append(contentsOf: printable(text).utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// An empty line and a title.
  mutating func heading(_ title: String) {
    line()
    line(style.bold(title))
  }

  /// A paragraph whose first line begins with `label` and whose others are indented as far.
  ///
  /// The label may be emphasized; it is `labelWidth` columns wide on the screen.
  mutating func paragraph(_ text: String, label: String, labelWidth: Int) {
    let indent = String(repeating: " ", count: labelWidth)
    let lines = wrapped(text, to: max(20, layout.width - labelWidth))
    guard !lines.isEmpty else {
      line(label)
      return
    }
    for (index, part) in lines.enumerated() { line((index == 0 ? label : indent) + part) }
  }

  mutating func paragraph(_ text: String, indentedBy indent: Int = 0) {
    paragraph(text, label: String(repeating: " ", count: indent), labelWidth: indent)
  }
}

/// The text without what could move a terminal's cursor or turn its writing around; colours stay.
///
/// Names come from files that anybody may have written.
func printable(_ text: String) -> String {
  let isPlain = text.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
  if isPlain { return text }
  var result = String.UnicodeScalarView()
  var rest = text.unicodeScalars[...]
  while let scalar = rest.popFirst() {
    switch scalar.value {
    case 0x1b where isColour(rest): result.append(scalar)
    case ..<0x20, 0x7f..<0xa0, 0x202a...0x202e, 0x2066...0x2069: result.append("\u{fffd}")
    default: result.append(scalar)
    }
  }
  return String(result)
}

/// Whether what follows an escape is `[`, digits and `m`.
private func isColour(_ rest: Substring.UnicodeScalarView) -> Bool {
  guard rest.first == "[" else { return false }
  let end = rest.dropFirst().drop { ("0"..."9").contains($0) }
  return end.first == "m"
}

extension Report.Verdict {
  var emphasis: Style.Emphasis {
    switch self {
    case .pass: .green
    case .fail: .red
    case .inconclusive: .yellow
    case .notPromised: .dim
    }
  }
}
