/// The word that the user most likely meant, or nil where none is near.
func nearest(to word: String, among candidates: [String]) -> String? {
  // A beginning of exactly one candidate is what the user was about to finish.
  let longer = candidates.filter { word.count > 1 && $0.hasPrefix(word) }
  if longer.count == 1 { return longer[0] }
  let limit = max(1, min(word.count, 9) / 3)
  return
    candidates
    .map { (distance: editDistance(word, $0), candidate: $0) }
    .filter { $0.distance <= limit && $0.distance < max(word.count, 2) }
    .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }?
    .candidate
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
private func editDistance(_ left: String, _ right: String) -> Int {
  let left = Array(left.lowercased())
  let right = Array(right.lowercased())
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for row in left.indices {
    var current = [row + 1]
    for column in right.indices {
      var cost = min(last[column + 1] + 1, current[column] + 1)
      cost = min(cost, last[column] + (left[row] == right[column] ? 0 : 1))
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        cost = min(cost, beforeLast[column - 1] + 1)
      }
      current.append(cost)
    }
    (beforeLast, last) = (last, current)
  }
  return last[right.count]
}
