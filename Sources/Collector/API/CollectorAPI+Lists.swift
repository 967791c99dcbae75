internal import Affinity
internal import HTTPService
internal import Reporting
internal import Wire

extension CollectorAPI {
  /// Sessions by client, then front: a cursor holds although reports come and go.
  func sessions(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    let query = try ListQuery(request)
    let (moved, isBroken) = (try query.flag("moved"), try query.flag("broken"))
    let last = try query.lastSession()
    let (made, tag) = try latest()
    return request.answer(tag: tag) {
      let broken = isBroken == nil ? [] : brokenClients(of: made.report)
      let all = made.report.sessions.filter { session in
        (query.service == nil || session.service == query.service) && query.isClient(session.client)
          && (moved == nil || moved == (session.placements.count > 1))
          && (isBroken == nil
            || isBroken
              == (broken.contains(session.client.description)
                || broken.contains(session.client.address.description)))
          && session.isPlaced(on: query.pod, at: query.node, since: query.since)
      }
      let rest =
        last.map { last in
          all.drop { ($0.client, $0.front) <= (last.client, last.front) }
        } ?? all[...]
      let page = rest.prefix(query.limit)
      let next = page.count < rest.count ? page.last.map { "\($0.client)~\($0.front)" } : nil
      return .json(ItemList(made, page.map(\.json), total: all.count, next: next).json)
    }
  }

  /// Who has a finding that no explanation excuses.
  private func brokenClients(of report: Report) -> Set<String> {
    Set(report.findings.filter { $0.modeClass != "explained" }.compactMap(\.client))
  }

  func findings(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    let query = try ListQuery(request)
    let (made, tag) = try latest()
    let all = made.report.findings.filter { finding in
      (query.service == nil || finding.service == query.service)
        && (query.node == nil || finding.node == query.node)
        && (query.mode == nil || finding.mode == query.mode)
        && (query.modeClass == nil || finding.modeClass == query.modeClass)
        && (query.incident == nil || finding.incident == query.incident)
        && (query.since.map { finding.at >= $0 } ?? true) && query.isClient(finding.client)
    }
    let (page, next) = try page(of: all, query) { ($0.at, $0.id) }
    return request.answer(tag: tag) {
      .json(ItemList(made, page.map(\.json), total: all.count, next: next).json)
    }
  }

  func finding(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    let (made, tag) = try latest()
    guard let one = made.report.findings.first(where: { $0.id == request.parameters["id"] }) else {
      throw APIProblem(
        404,
        "the latest report has no such finding",
        "see /api/v1/findings, and /api/v1/history/findings for what was"
      )
    }
    return request.answer(tag: tag) { .json(one.json) }
  }

  func incidents(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    let query = try ListQuery(request)
    let (made, tag) = try latest()
    let all = made.report.incidents.filter { incident in
      (query.service == nil || incident.service == query.service)
        && (query.node == nil || incident.node == query.node)
        && (query.mode == nil || incident.mode == query.mode)
        && (query.modeClass == nil || incident.modeClass == query.modeClass)
        && (query.since.map { incident.to >= $0 } ?? true)
    }
    let (page, next) = try page(of: all, query) { ($0.from, $0.id) }
    return request.answer(tag: tag) {
      .json(ItemList(made, page.map(\.json), total: all.count, next: next).json)
    }
  }

  func incident(_ request: HTTPRequest) throws(APIProblem) -> HTTPAnswer {
    let (made, tag) = try latest()
    guard let one = made.report.incidents.first(where: { $0.id == request.parameters["id"] }) else {
      throw APIProblem(
        404,
        "the latest report has no such incident",
        "see /api/v1/incidents, and /api/v1/history/incidents for what was"
      )
    }
    return request.answer(tag: tag) { .json(one.json) }
  }

  /// A page of what is ordered by time; where what came last has gone, what is later than it was.
  private func page<Item>(
    of all: [Item],
    _ query: ListQuery,
    _ key: (Item) -> (at: Timestamp, id: String)
  ) throws(APIProblem) -> (ArraySlice<Item>, next: String?) {
    var first = 0
    if let last = try query.lastItem() {
      first =
        all.firstIndex { key($0).id == last.id }.map { $0 + 1 }
        ?? all.firstIndex { key($0).at > last.at } ?? all.count
    }
    let page = all[first...].prefix(query.limit)
    guard page.endIndex < all.count, let last = page.last else { return (page, nil) }
    let (at, id) = key(last)
    return (page, "\(at.nanoseconds)~\(id)")
  }
}

extension Report.Session {
  /// Whether one placement is of that pod and node and went on until then; what is not asked for holds.
  fileprivate func isPlaced(on pod: String?, at node: String?, since: Timestamp?) -> Bool {
    if pod == nil, node == nil, since == nil { return true }
    return placements.contains { placement in
      (pod == nil || placement.pod == pod)
        && (node == nil || placement.node == node || placement.ingressNode == node)
        && (since.map { placement.to >= $0 } ?? true)
    }
  }
}
