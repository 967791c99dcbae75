internal import Correlation
internal import Wire

/// What a run at one node tells of the others: who saw a flow for itself, who saw it first, whose address it wears.
extension Stitcher {
  /// The nodes that saw a flow only because a switch gave them a copy, where another node saw it for itself.
  ///
  /// A bridge marks its own ports' packets in the same way, so where nobody was addressed one of them has to count: the
  /// one that saw the most.
  func bystanders(of runs: Range<Int32>) -> Set<Int16> {
    guard let first = runs.first,
      runs.contains(where: { ledger.runs[Int($0)].node != ledger.runs[Int(first)].node })
    else { return [] }
    var seen: [Int16: (isAddressed: Bool, datagrams: Int)] = [:]
    for index in runs {
      let run = ledger.runs[Int(index)]
      var node = seen[run.node] ?? (false, 0)
      node.isAddressed = node.isAddressed || run.traits.contains(.addressedHere)
      node.datagrams += Int(run.forward.datagrams)
      seen[run.node] = node
    }
    if seen.values.contains(where: \.isAddressed) {
      return Set(seen.filter { !$0.value.isAddressed }.keys)
    }
    let most = seen.max { ($0.value.datagrams, $1.key) < ($1.value.datagrams, $0.key) }?.key
    return Set(seen.keys.filter { $0 != most })
  }

  /// The run of the node where a flow came in.
  func entry(of runs: Range<Int32>) -> Int32? {
    runs.max { left, right in
      let (left, right) = (ledger.runs[Int(left)], ledger.runs[Int(right)])
      guard left.forward.datagrams > 0, right.forward.datagrams > 0 else {
        return left.forward.datagrams < right.forward.datagrams
      }
      return left.isFurther(than: right)
    }
  }

  /// Whether the source of an untranslated leg is surely the client's own.
  ///
  /// A node that was not captured may have put its own address there. What nobody has forwarded yet was not rewritten
  /// by a forwarder either; the inventory knows whose address it is.
  func isCertain(_ tuple: FiveTuple, _ runs: Range<Int32>) -> Bool {
    inventory != nil || survey.clientAddresses.contains(tuple.source.address)
      || runs.contains { ledger.runs[Int($0)].isSeenAtOrigin }
  }

  /// Whether a node's own client sends from this node: seen there before anything forwarded it.
  func isOwnClient(of node: String, _ runs: Range<Int32>) -> Bool {
    runs.contains { index in
      let run = ledger.runs[Int(index)]
      return run.isSeenAtOrigin && nodes[Int(run.node)].name == node
    }
  }
}
