/// Rows in aligned columns that fit the terminal.
public struct Table: Sendable {
  public struct Column: Sendable {
    public var title: String
    public var alignment: Alignment
    /// How far the column may be cut where the screen is too narrow; nil where it must stay whole.
    public var minimumWidth: Int?

    public init(_ title: String, _ alignment: Alignment = .left, minimumWidth: Int? = nil) {
      self.title = title
      self.alignment = alignment
      self.minimumWidth = minimumWidth
    }
  }

  /// A cell's text and how it is emphasized.
  public struct Cell: Sendable, ExpressibleByStringInterpolation {
    public var text: String
    public var emphasis: Style.Emphasis?

    public init(_ text: String, _ emphasis: Style.Emphasis? = nil) {
      self.text = text
      self.emphasis = emphasis
    }

    public init(stringLiteral text: String) { self.init(text) }
  }

  public var columns: [Column]
  public private(set) var rows: [[Cell]] = []

  public init(_ columns: [Column]) { self.columns = columns }

  public mutating func append(_ cells: [Cell]) {
    precondition(cells.count == columns.count, "A row has a cell for every column.")
    rows.append(cells)
  }

  /// The table's lines, titles first; `width` nil where lines may be as long as they are (a file, a pipe).
  public func lines(width: Int?, style: Style = .plain) -> [String] {
    let widths = widths(fitting: width)
    let titles = columns.map { Cell($0.title, .bold) }
    return ([titles] + rows).map { cells in
      var line = ""
      for (index, cell) in cells.enumerated() {
        let text = cell.text.truncated(to: widths[index])
        let gap = String(repeating: " ", count: widths[index] - text.displayWidth)
        let shown = cell.emphasis.map { style($0, text) } ?? text
        if index > 0 { line += "  " }
        // The last column is not filled up: spaces at the end of a line only wrap it.
        let isLast = index == cells.count - 1
        line +=
          columns[index].alignment == .right ? gap + shown : isLast ? shown : shown + gap
      }
      return line
    }
  }

  /// Writes the table as wide as the console's terminal, or in full where it is none.
  public func print(to console: inout Console) throws(Failure) {
    let width = console.terminal.isTerminal ? console.terminal.width : nil
    for line in lines(width: width, style: console.style) { try console.out.line(line) }
  }

  /// Every column as wide as its widest cell; then the widest that may be cut loses a column at a time.
  private func widths(fitting limit: Int?) -> [Int] {
    var widths = columns.map(\.title.displayWidth)
    for row in rows {
      for (index, cell) in row.enumerated() {
        widths[index] = max(widths[index], cell.text.displayWidth)
      }
    }
    guard let limit else { return widths }
    var excess = widths.reduce(2 * (columns.count - 1), +) - limit
    while excess > 0 {
      let widest = columns.indices
        .filter { index in columns[index].minimumWidth.map { widths[index] > $0 } ?? false }
        .max { widths[$0] < widths[$1] }
      guard let widest else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }
}
