public import Affinity
public import CommandLineKit
internal import Wire

/// What a terminal shows of a machine that is being watched: a pure function of a report, of keys and of the terminal's
/// size.
public struct LiveView: Sendable {
  /// What is shown beside the report.
  public struct Status: Sendable {
    public var node = ""
    public var interfaces = ""
    public var elapsed: Int64 = 0
    public var frames: UInt64 = 0
    public var framesPerSecond: UInt64 = 0
    public var dropped: UInt64 = 0
    /// What happened last, in a line.
    public var latest = ""

    public init() {}
  }

  public enum Page: Sendable, CaseIterable { case sessions, incidents }

  /// What sessions are sorted by; the keys' order.
  public enum Order: String, Sendable, CaseIterable { case moves, lost, sent, last, client, pod }

  /// What a key asks of whoever shows the view.
  public enum Answer: Hashable, Sendable { case redraw, quit }

  public private(set) var page = Page.sessions
  public private(set) var order = Order.moves
  public private(set) var filter = ""
  public private(set) var isHeld = false
  private var isTyping = false
  private var showsHelp = false
  private var first = 0
  private var report: Report?
  private var rows: [Row] = []
  private var rowsShown = 1

  public init() {}

  /// Takes a new report in, unless the view is held.
  public mutating func show(_ report: Report) {
    guard !isHeld || self.report == nil else { return }
    self.report = report
    arrange()
  }

  public mutating func take(_ key: Key) -> Answer {
    if key == .interrupt { return .quit }
    if isTyping {
      type(key)
      return .redraw
    }
    showsHelp = key == .character("?") && !showsHelp
    switch key {
    case .character("q"): return .quit
    case .character("s"):
      let all = Order.allCases
      order = all[((all.firstIndex(of: order) ?? 0) + 1) % all.count]
      arrange()
    case .character("p"): isHeld.toggle()
    case .character("/"): isTyping = true
    case .tab:
      page = page == .sessions ? .incidents : .sessions
      arrange()
    case .escape:
      filter = ""
      arrange()
    case .up: first -= 1
    case .down: first += 1
    case .pageUp: first -= rowsShown
    case .pageDown, .character(" "): first += rowsShown
    case .home: first = 0
    case .end: first = .max / 2
    default: break
    }
    return .redraw
  }

  private mutating func type(_ key: Key) {
    switch key {
    case .character(let character): filter.append(character)
    case .backspace: _ = filter.popLast()
    case .escape: (filter, isTyping) = ("", false)
    case .enter: isTyping = false
    default: break
    }
    arrange()
  }

  private mutating func arrange() {
    first = 0
    guard let report else { return }
    switch page {
    case .sessions: rows = Row.sessions(of: report, by: order, matching: filter)
    case .incidents: rows = Row.incidents(of: report, matching: filter)
    }
  }

  /// The terminal's lines, as many as it has and none wider than it is.
  public mutating func lines(_ size: Screen.Size, _ status: Status, style: Style) -> [String] {
    var lines = head(status)
    if showsHelp { lines += Self.help }
    let room = max(1, size.height - lines.count - 2)
    rowsShown = room
    first = max(0, min(first, rows.count - room))
    if !showsHelp { lines += body(size.width, room) }
    lines = Array(lines.prefix(size.height - 1))
    while lines.count < size.height - 1 { lines.append(ViewLine()) }
    lines.append(foot(status))
    return lines.prefix(size.height).map { $0.text(width: size.width, style) }
  }

  private func head(_ status: Status) -> [ViewLine] {
    guard let report else {
      return [ViewLine("listening on \(status.interfaces) ...", .dim), counts(status)]
    }
    let verdict = report.verdict ?? .notPromised
    var lines = [
      ViewLine(verdict.rawValue.uppercased(), verdict.emphasis) + ViewLine(": " + report.headline),
      counts(status),
    ]
    for service in report.services.prefix(3) {
      var line = ViewLine("  " + (service.name ?? service.fronts.first ?? "?"), .bold)
      for verdict in service.verdicts where verdict.verdict != .notPromised {
        line = line + ViewLine("  \(verdict.verdict.rawValue) ", verdict.verdict.emphasis)
        line = line + ViewLine(verdict.expectation)
      }
      lines.append(line)
    }
    if report.services.count > 3 {
      lines.append(ViewLine("  and \(grouped(report.services.count - 3)) more services", .dim))
    }
    return lines + [ViewLine()]
  }

  private func counts(_ status: Status) -> ViewLine {
    let (minutes, seconds) = (status.elapsed / 60, status.elapsed % 60)
    let clock = "\(minutes):\(seconds < 10 ? "0" : "")\(seconds)"
    var line = ViewLine(
      "\(status.node)  \(clock)  \(status.interfaces)  \(grouped(Int(status.frames))) packets, "
        + "\(grouped(Int(status.framesPerSecond)))/s, "
    )
    line =
      line + ViewLine("\(grouped(Int(status.dropped))) dropped", status.dropped > 0 ? .red : nil)
    if isHeld { line = line + ViewLine("  HELD (p goes on)", .yellow) }
    return line
  }

  private func body(_ width: Int, _ room: Int) -> [ViewLine] {
    var columns = page == .sessions ? Row.sessionColumns : Row.incidentColumns
    columns.sortedBy = page == .sessions ? order.rawValue : "at"
    var lines = columns.lines(Array(rows.dropFirst(first).prefix(room)), width: width)
    if rows.isEmpty {
      let what = page == .sessions ? "no session" : "nothing out of the ordinary"
      lines.append(ViewLine(filter.isEmpty ? "  \(what) so far" : "  nothing matches", .dim))
    }
    return lines
  }

  private func foot(_ status: Status) -> ViewLine {
    if isTyping { return ViewLine("filter: ", .bold) + ViewLine(filter + "_") }
    let place =
      rows.isEmpty
      ? "" : "  \(first + 1)-\(min(first + rowsShown, rows.count)) of \(grouped(rows.count))"
    let chosen = filter.isEmpty ? "" : "  filter \(filter) (esc)"
    let keys =
      "q quit  s sort  / filter  tab \(page == .sessions ? "incidents" : "sessions")  ? help"
    let latest = status.latest.isEmpty ? "" : "  \(status.latest)"
    return ViewLine(keys + place + chosen, .dim) + ViewLine(latest)
  }

  private static let help = [
    "  q, Ctrl-C    end, and print the report",
    "  s            sort sessions by the next column",
    "  /            show only what holds this text; enter keeps it, esc drops it",
    "  tab          sessions or incidents",
    "  arrows       scroll; also page up and down, home, end, space",
    "  p            hold the view, while watching goes on",
    "  ?            this help",
  ].map { ViewLine($0) }
}
