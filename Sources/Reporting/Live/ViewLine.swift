internal import CommandLineKit

/// A line of a view: pieces of text, each with its emphasis, cut to fit before they are coloured.
struct ViewLine: Sendable {
  private var pieces: [(text: String, emphasis: Style.Emphasis?)]

  init(_ text: String = "", _ emphasis: Style.Emphasis? = nil) {
    // Names come from files and packets.
    pieces = [(printable(text).filter { $0 != "\u{1b}" }, emphasis)]
  }

  static func + (left: Self, right: Self) -> Self {
    var line = left
    line.pieces += right.pieces
    return line
  }

  func text(width: Int, _ style: Style) -> String {
    var rest = width
    var text = ""
    for piece in pieces where rest > 0 {
      let part = piece.text.truncated(to: rest)
      rest -= part.displayWidth
      text += piece.emphasis.map { style($0, part) } ?? part
    }
    return text
  }
}

/// The columns of a view's table: where it is narrow some go, then the flexible ones give way.
struct ViewColumns: Sendable {
  /// When a column is left out of a narrow table.
  enum Sacrifice: Sendable {
    case never
    /// Before any other is cut.
    case early
    /// Where cutting is not enough.
    case late
  }

  struct Column: Sendable {
    var title: String
    var alignment = Alignment.left
    /// How narrow it may become; nil where it stays as wide as what it holds.
    var least: Int?
    var sacrifice = Sacrifice.never
  }

  var columns: [Column]
  /// The title that is marked as what rows are sorted by, in any case.
  var sortedBy = ""

  private var titles: [String] {
    columns.map { $0.title.lowercased() == sortedBy ? $0.title + "▾" : $0.title }
  }

  /// Titles and rows as lines of this width.
  func lines(_ rows: [LiveView.Row], width: Int) -> [ViewLine] {
    let widths = widths(of: rows.map(\.cells) + [titles], in: width)
    return [line(titles, widths, .bold)] + rows.map { line($0.cells, widths, $0.emphasis) }
  }

  /// By column; 0 is one that is left out.
  private func widths(of rows: [[String]], in width: Int) -> [Int] {
    var widths = columns.map { _ in 0 }
    for row in rows {
      for (index, cell) in row.enumerated() {
        widths[index] = max(widths[index], cell.displayWidth)
      }
    }
    for index in columns.indices.reversed() {
      let isTooWide =
        switch columns[index].sacrifice {
        case .never: false
        case .early: excess(widths, in: width) > 0
        case .late: excess(leastWidths(widths), in: width) > 0
        }
      if isTooWide { widths[index] = 0 }
    }
    var excess = excess(widths, in: width)
    while excess > 0 {
      let widest = columns.indices
        .filter { index in columns[index].least.map { widths[index] > $0 } ?? false }
        .max { widths[$0] < widths[$1] }
      guard let widest else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  private func leastWidths(_ widths: [Int]) -> [Int] {
    zip(widths, columns).map { width, column in min(width, column.least ?? width) }
  }

  /// How many columns of the terminal are missing.
  private func excess(_ widths: [Int], in width: Int) -> Int {
    let shown = widths.filter { $0 > 0 }
    return shown.reduce(2 * (shown.count - 1), +) - width
  }

  private func line(_ cells: [String], _ widths: [Int], _ emphasis: Style.Emphasis?) -> ViewLine {
    var parts: [String] = []
    for (index, cell) in cells.enumerated() where widths[index] > 0 {
      let text = cell.truncated(to: widths[index])
      parts.append(text.padded(to: widths[index], columns[index].alignment))
    }
    return ViewLine(parts.joined(separator: "  "), emphasis)
  }
}
