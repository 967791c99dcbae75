import Cluster
import Replay
import Wire

extension Analysis {
  /// Whether the user, or a file named as a node of the inventory, says whose packets these are.
  func isNamed(_ node: Int) -> Bool {
    node < nodes.count
      ? knownName(nodes[node].node) != nil
      : knownName(observed.names[node - nodes.count]) != nil
        || observed.isNameGiven(node - nodes.count)
  }

  /// What is known of a node's name, else what the inventory guesses, else what its file says.
  func names(by gathering: borrowing Gathering) -> [String] {
    let (guesses, writers) = (gathering.guesses, gathering.writers)
    let captured = nodes.indices.map { index in
      if let known = knownName(nodes[index].node) { return known }
      if let writer = writers[index] { return writer }
      // Who only hands packets on may be another's neighbour: that makes no two captures one node's.
      guard let guess = guesses[index], guesses.count(where: { $0 == guess }) == 1,
        !nodes.contains(where: { $0.node == guess || knownName($0.node) == guess })
      else { return nodes[index].node }
      return guess
    }
    let others = observed.names.indices.map { place in
      let name = observed.names[place]
      guard !observed.isNameGiven(place) else { return name }
      let guess = knownName(name) ?? guesses[nodes.count + place]
      // What was observed apart cannot be put together any more.
      guard let guess, !captured.contains(guess), !observed.names.contains(guess),
        guesses.count(where: { $0 == guess }) <= 1
      else { return name }
      return guess
    }
    return captured + others
  }

  /// The captured nodes with what is one node's put together; nil where nothing has to be.
  func merged(_ reading: borrowing Reading) -> [NodeFiles]? {
    var names = Array(reading.names.prefix(nodes.count))
    // Files of one name in several folders, one after the other in time, are one node's.
    for (name, places) in Dictionary(grouping: names.indices, by: { NodeFiles.baseName(names[$0]) })
    where places.count > 1
      && places.allSatisfy({ names[$0].contains("/") && !named.contains(names[$0]) })
    {
      var times: [(began: Timestamp?, ended: Timestamp?)] = []
      for place in places {
        times.append((reading.summaries[place].began, reading.summaries[place].ended))
      }
      times.sort { ($0.began ?? .init(nanoseconds: .min)) < ($1.began ?? .init(nanoseconds: .min)) }
      let areApart = zip(times, times.dropFirst()).allSatisfy { earlier, later in
        guard let end = earlier.ended, let start = later.began else { return false }
        return end <= start
      }
      if areApart { for place in places { names[place] = name } }
    }
    let groups = Dictionary(grouping: names.indices, by: { names[$0] })
    // What comes through a pipe can be read once.
    guard groups.values.contains(where: { $0.count > 1 }),
      !nodes.contains(where: { $0.paths.contains("-") })
    else {
      return nil
    }
    return groups.map { name, places in
      NodeFiles(node: name, paths: places.flatMap { nodes[$0].paths }.sorted())
    }.sorted { $0.node < $1.node }
  }

  private func knownName(_ node: String) -> String? {
    if named.contains(node) { return node }
    // Its folder may be called as the node too.
    let words = [NodeFiles.baseName(node)] + node.split(separator: "/").dropLast().map(String.init)
    return words.first { inventory?.node(named: $0) != nil }
  }
}
