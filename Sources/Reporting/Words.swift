internal import Affinity
internal import Wire

/// `n1, n2 and n3`.
func joined(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " and " + last
}

/// A share in percent that says 0 and 100 only where it is meant: `99.9 %` of 999,999 in a million.
func percent(_ part: Int, of whole: Int) -> String {
  guard whole > 0 else { return "-" }
  if part == 0 { return "0 %" }
  if part == whole { return "100 %" }
  let tenths = min(999, max(1, (part * 1_000 + whole / 2) / whole))
  return tenths.isMultiple(of: 10) ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
}

extension Timestamp {
  /// `06:49:09.123` of the day in UTC.
  var clock: String { String(description.dropFirst(11).prefix(12)) }
  /// `2026-11-21`.
  var day: String { String(description.prefix(10)) }
}

/// `24.1 s`, `350 ms`, `2 h 5 min`.
func spelled(_ length: Interval) -> String {
  let nanoseconds = length.nanoseconds
  switch nanoseconds.magnitude {
  case ..<1_000: return "\(nanoseconds) ns"
  case ..<1_000_000: return "\(nanoseconds / 1_000) µs"
  case ..<1_000_000_000: return "\(nanoseconds / 1_000_000) ms"
  case ..<120_000_000_000:
    let tenths = nanoseconds / 100_000_000
    return "\(tenths / 10).\(tenths.magnitude % 10) s"
  default:
    let minutes = nanoseconds / 60_000_000_000
    return minutes.magnitude < 120 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}

extension Report.Verdict {
  /// As people read it at the start of a line.
  var word: String {
    switch self {
    case .pass: "pass"
    case .fail: "FAIL"
    case .inconclusive: "unclear"
    case .notPromised: "not promised"
    }
  }
}

/// How many promises came out how.
struct PromiseCounts {
  var held = 0
  var broken = 0
  var unclear = 0

  init(_ report: Report) {
    for verdict in report.services.flatMap(\.verdicts) {
      switch verdict.verdict {
      case .pass: held += 1
      case .fail: broken += 1
      case .inconclusive: unclear += 1
      case .notPromised: break
      }
    }
  }

  var total: Int { held + broken + unclear }
}

extension Catalogue {
  /// `A2 proxy-restart-flush`.
  static func title(_ id: String) -> String {
    mode(id).map { "\($0.id) \($0.name)" } ?? id
  }
}

extension Report {
  /// The verdict in a sentence.
  var headline: String {
    let counts = PromiseCounts(self)
    switch verdict {
    case .fail:
      return failure(counts)
    case .inconclusive:
      if !contradictions.isEmpty {
        return "the match is contradicted by the answers of pods themselves for "
          + counted(Set(contradictions.map(\.client)).count, "client")
      }
      return counts.total == 0
        ? "nothing could be judged"
        : "nothing was seen to break, but \(counts.unclear) of "
          + "\(counted(counts.total, "promise")) could not be checked"
    case .pass: return "\(counted(counts.held, "promise")) held"
    case .notPromised: return "nothing was promised that could be judged"
    case nil: return "no verdict was reached"
    }
  }

  private func failure(_ counts: PromiseCounts) -> String {
    guard counts.broken > 0 else {
      if !forbidden.isEmpty { return words(forForbidden: forbidden) }
      return causes.isEmpty
        ? "0 of \(counted(counts.total, "promise")) broken"
        : "\(causes), of which none of \(counted(counts.total, "promise")) speaks"
    }
    var words = "\(counts.broken) of \(counted(counts.total, "promise")) broken"
    if !causes.isEmpty { words += ": \(causes)" }
    // The others are among the causes.
    let excused = forbidden.filter { Catalogue.mode($0)?.modeClass == .explained }
    return excused.isEmpty ? words : "\(words); \(self.words(forForbidden: excused))"
  }

  private func words(forForbidden modes: [String]) -> String {
    "\(joined(modes.map(Catalogue.title))), which --fail-on forbids"
  }

  /// `A2 proxy-restart-flush on n1`, of what broke promises; empty where no cause is known.
  private var causes: String {
    var causes: [String] = []
    for incident in incidents where incident.modeClass != "explained" {
      guard let mode = incident.mode, let first = incident.findings.first else { continue }
      let name = findings.first { $0.id == first }?.name
      let words = [mode, name, incident.node.map { "on \($0)" }]
      let cause = words.compactMap(\.self).joined(separator: " ")
      if !causes.contains(cause) { causes.append(cause) }
      // Looking for more would cost more than it tells.
      if causes.count > 3 { break }
    }
    guard !causes.isEmpty else { return "" }
    return causes.prefix(2).joined(separator: ", ") + (causes.count > 2 ? " and others" : "")
  }
}
