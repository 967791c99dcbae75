internal import Cluster
internal import Wire

/// Names findings after what happened to whom and when, so that a report of more packets calls them the same.
///
/// The cause is no part of the name, since it may be understood better later: a change of the ingress node becomes a
/// probe that flapped when the client comes back. Only what a mode finds by looking at everything is nothing without
/// it. Times are those of the node that saw them: how clocks differ is estimated anew with every packet.
struct FindingIdentity {
  private let evidence: Evidence
  /// How many findings have had a name already.
  private var uses: [UInt64: Int] = [:]

  init(_ evidence: Evidence) {
    self.evidence = evidence
  }

  /// The finding's name behind its letter; no two of a report have the same.
  mutating func name(_ finding: FindingRecord) -> String {
    let digest = digest(of: finding) >> (64 - Self.digits * 4)
    let used = uses[digest, default: 0]
    uses[digest] = used + 1
    let text = String(digest, radix: 16)
    let name = String(repeating: "0", count: Self.digits - text.count) + text
    return used == 0 ? name : "\(name)-\(used + 1)"
  }

  /// Enough for a million findings with hardly two of a name.
  private static let digits = 12

  private func digest(of finding: FindingRecord) -> UInt64 {
    let symptom = finding.symptom
    var mark = Mark()
    mark.add(finding.subject.number)
    if finding.isSurveyed { mark.add(finding.mode?.id ?? "") }
    if let number = symptom.session {
      let session = evidence.sessions[number]
      mark.add(session.client)
      mark.add(session.front)
    } else {
      mark.add(symptom.client ?? "")
      switch symptom.service {
      case .front(let front): mark.add(front)
      case .known(let service): mark.add(evidence.name(of: .known(service)))
      case nil: break
      }
    }
    if let placement = symptom.now.map({ evidence.placements[$0] }) {
      let first = evidence.stitched.ledger.runs[Int(placement.firstRun)].first
      mark.add(UInt64(bitPattern: first.nanoseconds))
    } else if symptom.session == nil, let node = symptom.node {
      mark.add(evidence.stitched.nodes[node].name)
    }
    return mark.mixed
  }

  /// FNV-1a, which is the same in every process; its high bits are mixed at the end.
  private struct Mark {
    private var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ byte: UInt8) {
      value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
    }

    mutating func add(_ number: UInt64) {
      for shift in stride(from: 0, to: 64, by: 8) {
        add(UInt8(truncatingIfNeeded: number >> shift))
      }
    }

    mutating func add(_ text: String) {
      for byte in text.utf8 { add(byte) }
      // No text ends in it, so that two texts are not one.
      add(0xff as UInt8)
    }

    mutating func add(_ endpoint: Endpoint) {
      add(endpoint.address.high)
      add(endpoint.address.low)
      add(UInt64(endpoint.port))
    }

    var mixed: UInt64 {
      let mixed = (value ^ value >> 32) &* 0x9e37_79b9_7f4a_7c15
      return mixed ^ mixed >> 29
    }
  }
}

extension FindingRecord.Subject {
  fileprivate var number: UInt8 {
    switch self {
    case .move: 1
    case .split: 2
    case .loss: 3
    case .source: 4
    }
  }
}
