internal import HTTPService
internal import JSONText
internal import Wire

/// What reports said before, from the database.
extension CollectorAPI {
  func pastFindings(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    try past(request) { reader, query throws(StoreError) in
      try reader.findings(query).map { $0.item("finding") }
    }
  }

  func pastIncidents(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    try past(request) { reader, query throws(StoreError) in
      try reader.incidents(query).map { $0.item("incident") }
    }
  }

  func pastSessions(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    try past(request) { reader, query throws(StoreError) in
      try reader.sessions(query).map { $0.item("session") }
    }
  }

  func pastVerdicts(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    try past(request) { reader, query throws(StoreError) in
      try reader.verdicts(query).map(\.json)
    }
  }

  private func past(
    _ request: HTTPRequest,
    _ read: (borrowing HistoryReader, HistoryQuery) throws(StoreError) -> [[UInt8]]
  ) throws(APIProblem) -> HTTPAnswer {
    guard let database else {
      throw APIProblem(404, "no history is kept", "start the collector with --db")
    }
    let asked = try ListQuery(request)
    var query = HistoryQuery()
    query.service = asked.service
    query.client = asked.client
    query.mode = asked.mode
    query.node = asked.node
    query.from = asked.since
    query.to = try ListQuery.time("until", in: request)
    // One more than is told: it says whether there is another page.
    query.limit = asked.limit + 1
    if let cursor = request["cursor"] {
      guard let offset = Int(cursor), offset >= 0 else { throw ListQuery.badCursor }
      query.offset = offset
    }
    do throws(StoreError) {
      let items = try read(HistoryReader(path: database), query)
      let page = Array(items.prefix(asked.limit))
      let next = items.count > page.count ? String(query.offset + page.count) : nil
      return .json(ItemList(nil, page, total: nil, next: next).json)
    } catch {
      throw APIProblem(500, "the history cannot be read", "see what the collector says of its --db")
    }
  }
}

extension HistoryRow {
  /// A part of a report, and when reports said it.
  fileprivate func item(_ name: String) -> [UInt8] {
    var writer = JSONWriter(.compact)
    writer.object { writer in
      writer.member("told", told.description)
      writer.member("seen", seen.description)
      writer.member("withdrawn", withdrawn?.description)
    }
    var bytes = writer.drain()
    bytes.removeLast()
    return bytes + Array(",\"\(name)\":".utf8) + json + [UInt8(ascii: "}")]
  }
}

extension VerdictChange {
  fileprivate var json: [UInt8] {
    var writer = JSONWriter(.compact)
    writer.object { writer in
      writer.member("at", at.description)
      writer.member("service", service)
      writer.member("expectation", expectation)
      writer.member("verdict", verdict)
      writer.member("reason", reason)
      writer.member("checked", checked)
      writer.member("violations", violations)
      writer.member("explained", explained)
    }
    return writer.drain()
  }
}
