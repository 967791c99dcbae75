public import Wire

// For those who were told a report and did not make it: what is not known yet is empty, and is filled in afterwards.

extension Report.ServiceReport {
  public init(fronts: [String]) {
    self.fronts = fronts
    verdicts = []
  }
}

extension Report.ExpectationVerdict {
  public init(_ verdict: Report.Verdict, of expectation: String) {
    self.expectation = expectation
    self.verdict = verdict
    reason = ""
    (checked, violations, explained) = (0, 0, 0)
  }
}

extension Report.Session {
  public init(of client: Endpoint, with front: Endpoint) {
    self.client = client
    self.front = front
    (datagrams, placed, ambiguous, lost, replies) = (0, 0, 0, 0, 0)
  }
}

extension Report.Loss {
  public init(of datagrams: Int, at hop: String, node: String?) {
    self.hop = hop
    self.node = node
    self.datagrams = datagrams
  }
}

extension Report.Placement {
  public init(on backend: Endpoint, as seenSource: Endpoint, from: Timestamp, to: Timestamp) {
    self.backend = backend
    self.seenSource = seenSource
    self.from = from
    self.to = to
    datagrams = 0
    confidence = 0
  }
}

extension Report.Incident {
  public init(id: String, from: Timestamp, to: Timestamp) {
    self.id = id
    self.from = from
    self.to = to
    (modeClass, origin, summary) = ("", "", "")
    findings = []
  }
}

extension Report.Finding {
  public init(id: String, at time: Timestamp) {
    self.id = id
    at = time
    (incident, modeClass, origin) = ("", "", "")
    confidence = 0
  }
}

extension Report.Evidence {
  public init(frame: UInt64, of file: String, as role: String) {
    self.file = file
    self.frame = frame
    self.role = role
  }
}

extension Report.Undetermined {
  public init(at time: Timestamp) {
    at = time
    modes = []
    needs = ""
  }
}

extension Report.Contradiction {
  public init(_ kind: String, of placement: Report.Placement, at time: Timestamp) {
    self.kind = kind
    self.placement = placement
    at = time
    (client, front) = (placement.seenSource, placement.backend)
    (node, language, because) = ("", "", "")
    evidence = []
  }
}
