internal import Cluster
internal import Wire

/// A finding before it is put into the report's words.
struct FindingRecord: Sendable {
  enum Subject: Sendable {
    case move
    case split
    case loss
    case source
  }

  /// Nil where the cause is undetermined.
  var mode: Mode?
  var subject: Subject
  var symptom: Symptom
  /// The modes that it may be where none is named.
  var candidates: [Mode] = []
  /// Whether its mode found it by looking at everything, and not by judging a case.
  var isSurveyed = false

  var modeClass: Mode.Class {
    if let mode { return mode.modeClass }
    return subject == .loss ? .loss : .violation
  }

  /// Whether one of the causes that it may have would excuse it.
  var mayBeExplained: Bool { candidates.contains { $0.modeClass == .explained } }
}

/// What could not be told apart.
struct DoubtRecord: Sendable {
  var modes: [String]
  var subject: FindingRecord.Subject
  var session: Int?
  var service: ServiceKey
  var client: String?
  var at: Timestamp
  var needs: String
}

/// Puts every case before the modes that judge its kind, in the catalogue's order.
struct Judge {
  private(set) var findings: [FindingRecord] = []
  private(set) var doubts: [DoubtRecord] = []
  /// How many findings of each mode were left out because the user asked for that.
  private(set) var ignored: [String: Int] = [:]
  let evidence: Evidence
  /// Moves of one kind mostly rule out the same modes: a million of them then hold the list once.
  private var lastRuledOut: [Report.RuledOut] = []

  init(_ evidence: Evidence) {
    self.evidence = evidence
    judgeMoves()
    judgeSplits()
    judgeLosses()
    survey()
    leaveOutIgnored()
    findings.sort(by: Self.precedes)
  }

  private mutating func leaveOutIgnored() {
    let unwanted = evidence.settings.ignoredModes
    guard !unwanted.isEmpty else { return }
    for case let mode? in findings.lazy.map(\.mode?.id) where unwanted.contains(mode) {
      ignored[mode, default: 0] += 1
    }
    findings.removeAll { finding in finding.mode.map { unwanted.contains($0.id) } ?? false }
  }

  private static func precedes(_ left: FindingRecord, _ right: FindingRecord) -> Bool {
    if left.symptom.at != right.symptom.at { return left.symptom.at < right.symptom.at }
    let modes = (left.mode?.id ?? "", right.mode?.id ?? "")
    if modes.0 != modes.1 { return modes.0 < modes.1 }
    return (left.symptom.session ?? -1, left.symptom.now ?? -1)
      < (right.symptom.session ?? -1, right.symptom.now ?? -1)
  }

  // MARK: Cases

  private mutating func judgeMoves() {
    let tests = Catalogue.modes.flatMap { mode in
      mode.tests.compactMap { test -> (Mode, @Sendable (Move, Evidence) -> Judgement)? in
        if case .move(let judge) = test { (mode, judge) } else { nil }
      }
    }
    for move in evidence.moves {
      var symptom = Symptom(
        session: move.session,
        service: evidence.services[move.session],
        node: move.newNode,
        at: move.at,
        was: move.was,
        now: move.now,
        confidence: 0,
        because: [],
        group: ""
      )
      if move.changedBackend { symptom.changed.append("backend") }
      if move.changedSource { symptom.changed.append("seen_source") }
      symptom.evidence = evidence.witnesses(of: move)
      decide(tests, on: move, symptom, .move)
    }
  }

  private mutating func judgeSplits() {
    let tests = Catalogue.modes.flatMap { mode in
      mode.tests.compactMap { test -> (Mode, @Sendable (ClientSplit, Evidence) -> Judgement)? in
        if case .split(let judge) = test { (mode, judge) } else { nil }
      }
    }
    for split in evidence.splits {
      let placement = evidence.placements[split.now]
      let symptom = Symptom(
        session: Int(placement.session),
        client: split.client.description,
        service: split.service,
        node: Int(placement.ingressNode),
        at: split.at,
        changed: ["backend"],
        was: split.was,
        now: split.now,
        confidence: 0,
        because: [],
        group: "",
        evidence: [
          (
            evidence.stitched.ledger.runs[Int(placement.firstRun)].firstWitness,
            "first datagram of the new flow"
          )
        ]
      )
      decide(tests, on: split, symptom, .split)
    }
  }

  private mutating func judgeLosses() {
    let tests = Catalogue.modes.flatMap { mode in
      mode.tests.compactMap { test -> (Mode, @Sendable (Loss, Evidence) -> Judgement)? in
        if case .loss(let judge) = test { (mode, judge) } else { nil }
      }
    }
    for loss in evidence.losses {
      let runs = evidence.stitched.ledger.runs(of: evidence.sessions[loss.session].flow)
      let witness = (loss.placement.map { evidence.placements[$0].lastRun } ?? runs.first).map {
        (evidence.stitched.ledger.runs[Int($0)].forward.lastWitness, "last datagram that was sent")
      }
      let symptom = Symptom(
        session: loss.session,
        service: evidence.services[loss.session],
        node: loss.node,
        at: loss.at,
        now: loss.placement,
        confidence: 0,
        because: [],
        group: "",
        evidence: (witness.map { [(witness: $0.0, role: $0.1)] } ?? [])
          + evidence.refusalWitnesses(of: loss)
      )
      decide(tests, on: loss, symptom, .loss)
    }
  }

  private mutating func survey() {
    let evidence = evidence
    let surveys = Catalogue.modes.flatMap { mode in
      mode.tests.compactMap { test -> (mode: Mode, test: @Sendable (Evidence) -> [Symptom])? in
        if case .survey(let survey) = test { (mode, survey) } else { nil }
      }
    }
    let found = evidence.settings.crew.map(surveys.count) { surveys[$0].test(evidence) }
    for ((mode, _), symptoms) in zip(surveys, found) {
      let subject: FindingRecord.Subject = mode.modeClass == .loss ? .loss : .source
      findings += symptoms.map {
        FindingRecord(mode: mode, subject: subject, symptom: $0, isSurveyed: true)
      }
    }
  }

  // MARK: The decision

  private mutating func decide<Case>(
    _ tests: [(Mode, @Sendable (Case, Evidence) -> Judgement)],
    on subject: Case,
    _ symptom: Symptom,
    _ kind: FindingRecord.Subject
  ) {
    var symptom = symptom
    var open: [Mode] = []
    var needs: [String] = []
    for (mode, judge) in tests {
      switch judge(subject, evidence) {
      case .silent: continue
      case .ruledOut(let why):
        symptom.ruledOut.append(Report.RuledOut(mode.id, why))
      case .unknown(let need):
        open.append(mode)
        if !needs.contains(need) { needs.append(need) }
      case .holds(let confidence, let because, let group):
        symptom.because = because
        symptom.group = group
        share(&symptom.ruledOut)
        if open.isEmpty {
          symptom.confidence = confidence
          findings.append(FindingRecord(mode: mode, subject: kind, symptom: symptom))
        } else {
          leaveOpen(open + [mode], needs, symptom, kind)
        }
        return
      }
    }
    // A loss that nothing names is told by the sessions and the verdict; what might name it, here.
    if !open.isEmpty { leaveOpen(open, needs, symptom, kind) }
  }

  private mutating func share(_ ruledOut: inout [Report.RuledOut]) {
    if ruledOut == lastRuledOut { ruledOut = lastRuledOut } else { lastRuledOut = ruledOut }
  }

  private mutating func leaveOpen(
    _ modes: [Mode],
    _ needs: [String],
    _ symptom: Symptom,
    _ kind: FindingRecord.Subject
  ) {
    doubts.append(
      DoubtRecord(
        modes: modes.map(\.id),
        subject: kind,
        session: symptom.session,
        service: symptom.service ?? .front(Endpoint(.init(v4: 0), 0)),
        client: symptom.client ?? symptom.session.map { evidence.sessions[$0].client.description },
        at: symptom.at,
        needs: needs.joined(separator: "; ")
      )
    )
    guard kind != .loss else { return }
    var symptom = symptom
    symptom.confidence = 0.5
    symptom.group = "open " + modes.map(\.id).joined(separator: " ")
    findings.append(
      FindingRecord(mode: nil, subject: kind, symptom: symptom, candidates: modes)
    )
  }
}
