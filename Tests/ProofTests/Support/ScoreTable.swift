/// Rows of scores as tests print them, and as the README shows them.
struct ScoreTable {
  private var rows: [[String]]

  init(_ title: String) {
    rows = [[title, "precision", "recall", "datagrams"]]
  }

  mutating func add(_ name: String, _ score: Score, note: String = "") {
    let cells = [name, rounded(score.precision), rounded(score.recall), String(score.datagrams)]
    rows.append(note.isEmpty ? cells : cells + [note])
  }

  /// Columns aligned, one line a row.
  var text: String {
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        guard column < widths.count else { return cell }
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + blanks : blanks + cell
      }
      .joined(separator: "  ")
    }
    .joined(separator: "\n")
  }
}
