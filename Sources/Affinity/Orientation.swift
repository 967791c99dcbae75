internal import Wire

extension Ledger {
  /// From here on Linux, and others from higher ones on, give ports to sockets that ask for none.
  private static let firstGivenPort = 32_768

  /// Turns each flow so that its direction is the client's.
  ///
  /// Who sent first is nearly always the client, but a capture may begin with an answer. Ports tell then: a service's
  /// port is aimed at by many flows, a client's by few.
  mutating func orient(isServer: (Endpoint) -> Bool?) {
    var aimedAt: [Int32] = Array(repeating: 0, count: 1 << 16)
    var used: [Int32] = Array(repeating: 0, count: 1 << 16)
    for tuple in book.tuples {
      aimedAt[Int(tuple.destination.port)] += 1
      aimedAt[Int(tuple.source.port)] -= 1
      used[Int(tuple.destination.port)] += 1
      used[Int(tuple.source.port)] += 1
    }
    var turned: [Bool] = Array(repeating: false, count: book.count)
    for index in 0..<book.count {
      let flow = FlowID(index: Int32(truncatingIfNeeded: index))
      let tuple = book[flow]
      let isWrong: Bool
      switch (isServer(tuple.source), isServer(tuple.destination)) {
      case (true, false), (true, nil): isWrong = true
      case (false, true), (nil, true): isWrong = false
      default:
        let (source, destination) = (Int(tuple.source.port), Int(tuple.destination.port))
        if aimedAt[source] > 0 {
          isWrong = aimedAt[source] > aimedAt[destination]
        } else if aimedAt[source] < 0 {
          // All answers where the capture began, as of servers that talk more than their clients; or one socket that asks
          // many servers, which has a port that a system gave it, and they have not.
          isWrong =
            used[source] > 2 * used[destination] && source < Self.firstGivenPort
            && destination >= Self.firstGivenPort
        } else {
          // As many flows from it as to it: answers that leave from another address than the one that was asked.
          isWrong = aimedAt[destination] <= 0 && used[source] > 2 * used[destination]
        }
      }
      if isWrong {
        book.turn(flow)
        turned[index] = true
      }
    }
    guard turned.contains(true) else { return }
    for index in runs.indices where turned[Int(runs[index].flow.index)] { runs[index].turn() }
  }
}
