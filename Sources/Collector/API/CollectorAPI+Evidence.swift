internal import Affinity
internal import HTTPService
internal import Reporting
internal import Wire

extension CollectorAPI {
  /// The packets behind a finding, from the agents that still hold them: the connection waits, and nobody else does.
  func evidence(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    let file = request.parameters["file"] ?? ""
    guard file.hasSuffix(".pcapng") else {
      throw APIProblem(
        404,
        "evidence is asked for as FINDING.pcapng",
        "see /api/v1/findings for ids"
      )
    }
    let report = try latest().made.report
    guard let finding = report.findings.first(where: { "\($0.id).pcapng" == file }) else {
      throw APIProblem(404, "the latest report has no such finding", "see /api/v1/findings for ids")
    }
    guard let desk, state().nodes.contains(where: \.isAnsweringForEvidence) else {
      throw APIProblem(
        404,
        "no packets of this finding are kept: no agent that is connected has a ring of frames",
        "start agents with --evidence-ring 64MB; for now, run `stickler capture --until-finding` on the nodes, and "
          + "`stickler analyze --evidence` on its files"
      )
    }
    let question = EvidenceQuestion(finding, in: report, most: Self.mostWanted)
    guard !question.wanted.isEmpty else {
      throw APIProblem(
        404,
        "this finding names neither a client nor a service, so that no packets can be asked for",
        "see the findings of its incident"
      )
    }
    var clocks: [String: Interval] = [:]
    for node in report.capture.nodes { clocks[node.name] = node.clockOffset }
    let later = LaterAnswer()
    let job = EvidenceDesk.Job(question: question, clocks: clocks) { [clocks] gathered in
      later.give { Self.answer(gathered, clocks, file) }
    }
    guard desk.ask(job) else {
      throw APIProblem(
        503,
        "evidence of \(EvidenceDesk.most) findings is being gathered already",
        "ask again in a few seconds"
      )
    }
    return .later(later)
  }

  /// As many pairs of addresses as a request has room for.
  private static let mostWanted = 64

  private static func answer(
    _ gathered: GatheredEvidence,
    _ clocks: [String: Interval],
    _ file: String
  ) -> HTTPAnswer {
    var answer: HTTPAnswer
    let notes = gathered.notes.joined(separator: "; ")
    if gathered.count > 0 {
      answer = HTTPAnswer(
        type: "application/octet-stream",
        body: gathered.pcapng(clocks: clocks)
      )
      answer.headers.append(("Content-Disposition", "attachment; filename=\"\(file)\""))
    } else if gathered.nodes.contains(where: \.hasAnswered) {
      answer = .problem(
        404,
        "no agent holds packets of this finding any more: \(notes)",
        "give agents a larger --evidence-ring, or ask sooner"
      )
    } else {
      answer = .problem(
        504,
        "no agent answered in time: \(notes)",
        "ask again; /api/v1/nodes says how agents are"
      )
    }
    answer.headers.append(("Stickler-Evidence", gathered.header))
    return answer
  }
}

extension NodeState {
  /// Whether its agent is there and keeps frames.
  var isAnsweringForEvidence: Bool {
    evidenceRingBytes != nil && (presence == .current || presence == .late)
  }
}
