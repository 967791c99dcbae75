internal import Affinity
internal import HTTPService
internal import JSONText
internal import Reporting
internal import Wire

extension CollectorAPI {
  /// `stickler.report/1`, or with all that other formats print beside it.
  func report(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    let (made, tag) = try latest()
    switch request["form"] {
    case nil, "report":
      return request.answer(tag: tag) {
        .json(kept.body("report", tag: tag) { bytes(of: made.report) })
      }
    case "stored":
      return request.answer(tag: "\(tag)-stored") {
        .json(
          kept.body("stored", tag: tag) {
            StoredReport(made.report, events: made.clusterEvents).json
          }
        )
      }
    default:
      throw APIProblem(400, "form is neither report nor stored", "leave it out for the report")
    }
  }

  private func bytes(of report: Report) -> [UInt8] {
    var bytes: [UInt8] = []
    writeJSON(report) { (some: [UInt8]) throws(Never) in bytes += some }
    return bytes
  }

  /// The report as a page that says when there is something new; an empty one before the first report.
  func page() -> HTTPAnswer {
    let state = state()
    let tag = "\(state.started.nanoseconds)-\(state.latest?.number ?? 0)"
    return .page(
      kept.body("page", tag: tag) {
        var bytes: [UInt8] = []
        writeHTML(
          state.latest?.report ?? Report(),
          events: state.latest?.clusterEvents ?? [],
          most: 2_000,
          isServed: true
        ) { (some: [UInt8]) throws(Never) in bytes += some }
        return bytes
      }
    )
  }

  func services(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    let (made, tag) = try latest()
    let wanted = request["service"]
    let services = made.report.services.filter { wanted == nil || $0.name == wanted }
    return request.answer(tag: tag) {
      .json(ItemList(made, services.map(\.json), total: services.count).json)
    }
  }

  /// What captures told of each node, and what is known of its agent.
  func nodes(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    let state = state()
    let report = state.latest?.report
    let names = Set(state.nodes.map(\.name)).union(report?.capture.nodes.map(\.name) ?? [])
    var json = JSONWriter(.compact)
    var items: [[UInt8]] = []
    for name in names.sorted() {
      json.object { json in
        json.member("name", name)
        json.key("agent")
        if let node = state.nodes.first(where: { $0.name == name }) {
          write(node, to: &json)
        } else {
          json.null()
        }
      }
      var item = json.drain()
      // The report has its own way to write a node.
      let coverage = report?.capture.nodes.first { $0.name == name }?.json ?? Array("null".utf8)
      item.removeLast()
      item += Array(",\"capture\":".utf8) + coverage + [UInt8(ascii: "}")]
      items.append(item)
    }
    return .json(ItemList(state.latest, items, total: items.count).json)
  }

  private func write(_ node: NodeState, to json: inout JSONWriter) {
    json.object { json in
      json.member("presence", node.presence.rawValue)
      json.member("address", node.address?.description)
      json.member("watermark", node.watermark?.description)
      json.member("last_heard", node.lastHeard?.description)
      json.member("connections", node.connections)
      json.member("observations", node.observations)
      json.member("duplicates", node.duplicates)
      json.member("missing", node.missing)
      json.member("frames", node.frames)
      json.key("dropped")
      if let dropped = node.dropped { json.integer(dropped) } else { json.null() }
      json.key("evidence_ring_bytes")
      if let bytes = node.evidenceRingBytes { json.integer(bytes) } else { json.null() }
    }
  }
}
