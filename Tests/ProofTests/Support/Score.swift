import Affinity
import Wire

/// How a report compares with the truth, by datagram, as `captures/judge.py` does it.
struct Score: Sendable {
  var precision: Double
  var recall: Double
  var datagrams: Int
  /// Placements that the report names and the truth does not know, the most confident first.
  var wrong: [(served: Served, datagrams: Int, confidence: Double)] = []
  /// Clients with a wrong number of moves.
  var miscounted: [(client: String, truth: Int, report: Int)] = []
  var missingClients: [String] = []
  /// Sessions that were placed although nothing arrived anywhere, or whose datagrams are not all told as lost.
  var misplaced: [String] = []
  var ambiguous = 0

  init(_ report: Report, against truth: GroundTruth) {
    var told: [Served: Int] = [:]
    var confidence: [Served: Double] = [:]
    var moves: [String: Int] = [:]
    for session in report.sessions {
      let client = session.client.description
      moves[client, default: 0] += max(0, session.placements.count - 1)
      ambiguous += session.ambiguous
      for placement in session.placements {
        let served = Served(
          client: client,
          pod: truth.pods[placement.backend.address] ?? placement.backend.description,
          seenSource: placement.seenSource.description
        )
        told[served, default: 0] += placement.datagrams
        confidence[served] = max(confidence[served] ?? 0, placement.confidence)
      }
    }
    for (served, count) in told where truth.deafPods.contains(served.pod) {
      if let heard = truth.served[served] { told[served] = min(count, heard) }
    }
    let hits = truth.served.reduce(0) { $0 + min($1.value, told[$1.key] ?? 0) }
    let claimed = told.values.reduce(0, +)
    precision = claimed > 0 ? Double(hits) / Double(claimed) : truth.count > 0 ? 0 : 1
    recall = truth.count > 0 ? Double(hits) / Double(truth.count) : 1
    datagrams = truth.count
    wrong =
      told
      .filter {
        $0.value > 0 && truth.served[$0.key] == nil && !truth.deafPods.contains($0.key.pod)
      }
      .map { ($0.key, $0.value, confidence[$0.key] ?? 0) }
      .sorted { ($1.2, $0.0.description) < ($0.2, $1.0.description) }
    miscounted =
      truth.moves
      .filter { $0.value != moves[$0.key] ?? 0 }
      .map { ($0.key, $0.value, moves[$0.key] ?? 0) }
      .sorted { $0.0 < $1.0 }
    let sessions = Set(report.sessions.map(\.client.description))
    missingClients = truth.clients.subtracting(sessions).sorted()
    guard truth.served.isEmpty else { return }
    for session in report.sessions where truth.clients.contains(session.client.description) {
      if session.placed > 0 || session.lost != session.datagrams || session.datagrams == 0 {
        misplaced.append(
          "\(session.client): placed \(session.placed), lost \(session.lost) of \(session.datagrams)"
        )
      }
    }
  }

  /// All that `judge.py` would find fault with, in words.
  var problems: [String] {
    var problems: [String] = []
    if let first = missingClients.first {
      problems.append("\(missingClients.count) clients have no session: \(first)")
    }
    problems += misplaced.prefix(2)
    if precision < 0.99 || recall < 0.99 {
      problems.append("precision \(rounded(precision)), recall \(rounded(recall))")
    }
    problems += wrongPlacements.prefix(3)
    if let first = miscounted.first {
      problems.append(
        "\(miscounted.count) clients with wrong moves: \(first.client) \(first.report), not \(first.truth)"
      )
    }
    return problems
  }

  var wrongPlacements: [String] {
    wrong.map { "\($0.served) with \($0.datagrams) datagrams, confidence \($0.confidence)" }
  }
}

/// Four decimals, as the judge prints them.
func rounded(_ share: Double) -> String {
  let scaled = Int((share * 10_000).rounded())
  let decimals = String(scaled % 10_000)
  return "\(scaled / 10_000)." + String(repeating: "0", count: 4 - decimals.count) + decimals
}
