import CommandLineKit
import Exchange

extension Analysis {
  /// Takes those files that are IPFIX out of the captures.
  mutating func takeOutObserved() throws(Failure) {
    for index in nodes.indices {
      let node = nodes[index].node
      for path in nodes[index].paths where path != "-" && MessageReader.recognises(path: path) {
        try observed.add(
          ObservedFile(surveying: path),
          called: named.contains(node) ? node : nil
        )
        nodes[index].paths.removeAll { $0 == path }
      }
    }
    nodes.removeAll(where: \.paths.isEmpty)
    for (name, path) in observed.paths {
      let captured = nodes.first { $0.node == name || NodeFiles.baseName($0.node) == name }
      guard let captured else { continue }
      throw Failure(
        "\(path) and \(captured.paths[0]) are both of node \(name): its packets would count twice"
      )
    }
  }
}
