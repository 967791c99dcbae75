public import Affinity
internal import JSONText

// Parts of a report as `stickler.report/1` has them, each a text of one line, for whoever keeps or serves them one by one.

extension Report.Session {
  public var json: [UInt8] { text { writer in write(self, to: &writer) } }
}

extension Report.Finding {
  public var json: [UInt8] { text { writer in write(self, to: &writer) } }
}

extension Report.Incident {
  public var json: [UInt8] { text { writer in write(self, to: &writer) } }
}

extension Report.ServiceReport {
  public var json: [UInt8] { text { writer in write(self, to: &writer) } }
}

extension Report.NodeCoverage {
  public var json: [UInt8] { text { writer in write(self, to: &writer) } }
}

private func text(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
  var writer = JSONWriter(.compact)
  body(&writer)
  return writer.drain()
}
