internal import Affinity
internal import JSONText

extension JSONReader {
  /// Reads what `writeJSON` wrote; what that left out is empty.
  mutating func report() throws(JSONError) -> Report {
    let start = try startOfValue()
    var report = Report()
    var isOurs = false
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "schema":
        let start = try startOfValue()
        guard try text().equals("stickler.report/1") else {
          throw JSONError(.unsuitable(expected: "stickler.report/1"), at: start)
        }
        isOurs = true
      case "verdict": report.verdict = try verdictIfAny()
      case "capture":
        try beginObject()
        while let part = try nextKey() {
          switch part {
          case "from": report.capture.from = try timeIfAny()
          case "to": report.capture.to = try timeIfAny()
          case "nodes":
            try beginArray()
            while try nextElement() { report.capture.nodes.append(try coverage()) }
          default: break
          }
        }
      case "matching": try read(&report.matching)
      case "services":
        try beginArray()
        while try nextElement() { report.services.append(try service()) }
      case "sessions":
        try beginArray()
        while try nextElement() { report.sessions.append(try session()) }
      case "incidents":
        try beginArray()
        while try nextElement() { report.incidents.append(try incident()) }
      case "findings":
        try beginArray()
        while try nextElement() { report.findings.append(try finding()) }
      case "undetermined":
        try beginArray()
        while try nextElement() { report.undetermined.append(try undetermined()) }
      case "blind_spots":
        try beginArray()
        while try nextElement() { report.blindSpots.append(try blindSpot()) }
      case "statements": try read(&report.statements)
      case "contradictions":
        try beginArray()
        while try nextElement() { report.contradictions.append(try contradiction()) }
      default: break
      }
    }
    guard isOurs else { throw JSONError(.missing("schema"), at: start) }
    return report
  }
}
