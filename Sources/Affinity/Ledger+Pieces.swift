internal import Correlation
internal import Wire

extension Ledger {
  private struct Place: Hashable {
    var node: Int
    var leg: FiveTuple
  }

  /// Joins what whoever watches without an end tells in pieces, and judges as if it had not.
  mutating func joinPieces() {
    joinFragments()
    joinStatements()
  }

  private mutating func joinFragments() {
    var whole: [(node: Int, FragmentTally)] = []
    var places: [Place: Int] = [:]
    for (node, tally) in fragments {
      let place = Place(node: node, leg: tally.leg)
      if let index = places[place] {
        whole[index].1.add(tally)
      } else {
        places[place] = whole.count
        whole.append((node, tally))
      }
    }
    fragments = whole
  }

  /// In order of time; a piece that begins at the moment until which it was told goes on with that.
  private mutating func joinStatements() {
    let order = statements.indices.sorted { left, right in
      (statements[left].1.first, left) < (statements[right].1.first, right)
    }
    var whole: [(node: Int, PodStatement)] = []
    var last: [Place: Int] = [:]
    for index in order {
      let (node, piece) = statements[index]
      let place = Place(node: node, leg: piece.leg)
      if let before = last[place], whole[before].1.last == piece.first,
        whole[before].1.saysTheSame(as: piece)
      {
        whole[before].1.last = piece.last
        whole[before].1.sightings &+= piece.sightings
      } else {
        last[place] = whole.count
        whole.append((node, piece))
      }
    }
    statements = whole
  }
}

extension PodStatement {
  fileprivate func saysTheSame(as other: Self) -> Bool {
    language == other.language && seenSource == other.seenSource && server == other.server
      && pod == other.pod
  }
}
