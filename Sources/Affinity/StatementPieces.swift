internal import Correlation
internal import Wire

/// What pods said, whole: whoever watches without an end tells of it in pieces, and judges it as if it had not.
///
/// In order of time, for each leg at each node.
func wholeStatements(_ pieces: [(node: Int, PodStatement)]) -> [(node: Int, PodStatement)] {
  struct Place: Hashable {
    var node: Int
    var leg: FiveTuple
  }
  let order = pieces.indices.sorted { left, right in
    (pieces[left].1.first, left) < (pieces[right].1.first, right)
  }
  var whole: [(node: Int, PodStatement)] = []
  var last: [Place: Int] = [:]
  for (node, piece) in order.lazy.map({ pieces[$0] }) {
    let place = Place(node: node, leg: piece.leg)
    if let index = last[place], whole[index].1.saysTheSame(as: piece) {
      whole[index].1.last = max(whole[index].1.last, piece.last)
      whole[index].1.sightings &+= piece.sightings
    } else {
      last[place] = whole.count
      whole.append((node, piece))
    }
  }
  return whole
}

extension PodStatement {
  fileprivate func saysTheSame(as other: Self) -> Bool {
    language == other.language && seenSource == other.seenSource && server == other.server
      && pod == other.pod
  }
}
