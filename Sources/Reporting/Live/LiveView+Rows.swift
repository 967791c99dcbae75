internal import Affinity
internal import CommandLineKit
internal import Wire

extension LiveView {
  /// A row of the view's table.
  struct Row: Sendable {
    var cells: [String]
    var emphasis: Style.Emphasis?

    // An endpoint of IPv4 has at most 21 characters, and without its port says little.
    static let sessionColumns = ViewColumns(columns: [
      .init(title: "CLIENT", least: 21), .init(title: "SERVICE", least: 6, sacrifice: .late),
      .init(title: "POD", least: 8), .init(title: "SEEN SOURCE", least: 21, sacrifice: .late),
      .init(title: "SENT", alignment: .right), .init(title: "LOST", alignment: .right),
      .init(title: "MOVES", alignment: .right), .init(title: "LAST", sacrifice: .early),
    ])

    static let incidentColumns = ViewColumns(columns: [
      .init(title: "AT"), .init(title: "MODE"), .init(title: "SERVICE", least: 6, sacrifice: .late),
      .init(title: "FINDINGS", alignment: .right, sacrifice: .late),
      .init(title: "WHAT", least: 10),
    ])

    static let contradictionColumns = ViewColumns(columns: [
      .init(title: "AT"), .init(title: "CLIENT", least: 21),
      .init(title: "SERVICE", least: 6, sacrifice: .late), .init(title: "WHAT", least: 10),
    ])

    static let interfaceColumns = ViewColumns(columns: [
      .init(title: "INTERFACE", least: 8), .init(title: "RECEIVED", alignment: .right),
      .init(title: "NO ROOM", alignment: .right), .init(title: "NOT TAKEN", alignment: .right),
      .init(title: "NOT SENT", alignment: .right),
    ])

    static func columns(of page: Page) -> ViewColumns {
      switch page {
      case .sessions: sessionColumns
      case .incidents: incidentColumns
      case .contradictions: contradictionColumns
      case .interfaces: interfaceColumns
      }
    }

    /// The titles of these columns are the names of orders, in capitals.
    static func sessions(of report: Report, by order: Order, matching filter: String) -> [Row] {
      var sessions = report.sessions
      if !filter.isEmpty { sessions = sessions.filter { $0.holds(filter) } }
      switch order {
      // Sessions come in the order of their clients, and equal ones stay in it.
      case .client: break
      case .moves: sessions.sort { $0.placements.count > $1.placements.count }
      case .lost: sessions.sort { $0.lost > $1.lost }
      case .sent: sessions.sort { $0.datagrams > $1.datagrams }
      case .last: sessions.sort { $0.lastSeen > $1.lastSeen }
      case .pod: sessions.sort { $0.servedBy < $1.servedBy }
      }
      return sessions.map(row)
    }

    private static func row(_ session: Report.Session) -> Row {
      let moves = max(0, session.placements.count - 1)
      let emphasis: Style.Emphasis? = session.lost > 0 ? .red : moves > 0 ? .yellow : nil
      return Row(
        cells: [
          session.client.description, session.service ?? session.front.description,
          session.servedBy, session.placements.last?.seenSource.description ?? "?",
          grouped(session.datagrams), grouped(session.lost), grouped(moves),
          session.placements.last.map { String($0.to.clock.prefix(8)) } ?? "",
        ],
        emphasis: emphasis
      )
    }

    static func contradictions(of report: Report, matching filter: String) -> [Row] {
      report.contradictions.compactMap { one in
        let row = Row(
          cells: [
            one.at.clock, one.client.description, one.service ?? one.front.description, one.because,
          ],
          emphasis: .red
        )
        return row.isShown(by: filter) ? row : nil
      }
    }

    /// Those that lost most come first.
    static func interfaces(_ devices: [Device], matching filter: String) -> [Row] {
      devices.sorted { ($1.lost, $0.name) < ($0.lost, $1.name) }.compactMap { device in
        let counts = [device.received, device.missed, device.refused, device.unsent]
        let row = Row(
          cells: [device.name] + counts.map { grouped(Int(clamping: $0)) },
          emphasis: device.lost > 0 || device.unsent > 0 ? .red : nil
        )
        return row.isShown(by: filter) ? row : nil
      }
    }

    private func isShown(by filter: String) -> Bool {
      filter.isEmpty || cells.contains { $0.contains(filter) }
    }

    static func incidents(of report: Report, matching filter: String) -> [Row] {
      report.incidents.reversed().compactMap { incident in
        let row = Row(
          cells: [
            incident.from.clock, incident.mode ?? "?", incident.service ?? "",
            grouped(incident.findings.count),
            incident.summary.isEmpty ? "the cause could not be told" : incident.summary,
          ],
          emphasis: incident.modeClass == "explained" ? nil : .red
        )
        return row.isShown(by: filter) ? row : nil
      }
    }
  }
}

extension Report.Session {
  /// The pod that serves it now, by name or address.
  fileprivate var servedBy: String {
    placements.last.map { $0.pod ?? $0.backend.description } ?? "?"
  }

  fileprivate var lastSeen: Int64 { placements.last?.to.nanoseconds ?? .min }

  fileprivate func holds(_ text: String) -> Bool {
    if client.description.contains(text) || front.description.contains(text) { return true }
    if service?.contains(text) == true { return true }
    return placements.contains { placement in
      placement.pod?.contains(text) == true || placement.backend.description.contains(text)
        || placement.seenSource.description.contains(text)
    }
  }
}
