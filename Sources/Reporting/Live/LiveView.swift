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
    /// Frames that found the capture's ring full, of whichever interface they were.
    public var dropped: UInt64 = 0
    /// What each watched interface counted by itself since the start.
    public var devices: [Device] = []
    /// What happened last, in a line.
    public var latest = ""

    public init() {}
  }

  /// What a watched interface counted.
  public struct Device: Sendable, Hashable {
    public var name: String
    public var received: UInt64
    public var missed: UInt64
    public var refused: UInt64
    public var unsent: UInt64

    public init(name: String, received: UInt64, missed: UInt64, refused: UInt64, unsent: UInt64) {
      self.name = name
      self.received = received
      self.missed = missed
      self.refused = refused
      self.unsent = unsent
    }

    var lost: UInt64 { missed &+ refused }
  }

  /// The pages; the tab key's order.
  public enum Page: String, Sendable, CaseIterable {
    case contradictions, sessions, incidents, interfaces
  }

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
  private var devices: [Device] = []
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
      page = nextPage
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

  /// There is a page of contradictions where there are any.
  private var nextPage: Page {
    let hasContradictions = report.map { !$0.contradictions.isEmpty } ?? false
    let pages = Page.allCases.filter { $0 != .contradictions || hasContradictions }
    let place = pages.firstIndex(of: page) ?? 0
    return pages[(place + 1) % pages.count]
  }

  private mutating func arrange() {
    first = 0
    guard let report else { return }
    switch page {
    case .contradictions: rows = Row.contradictions(of: report, matching: filter)
    case .interfaces: rows = Row.interfaces(devices, matching: filter)
    case .sessions: rows = Row.sessions(of: report, by: order, matching: filter)
    case .incidents: rows = Row.incidents(of: report, matching: filter)
    }
  }

  /// The terminal's lines, as many as it has and none wider than it is.
  public mutating func lines(_ size: Screen.Size, _ status: Status, style: Style) -> [String] {
    if status.devices != devices {
      devices = status.devices
      if page == .interfaces { rows = Row.interfaces(devices, matching: filter) }
    }
    var lines = head(status)
    if showsHelp { lines += Self.help }
    let notes = page == .interfaces ? Self.meaningOfLosses.count : 0
    let room = max(1, size.height - lines.count - 2 - notes)
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
    var lines = contradictions(in: report)
    lines += [
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

  /// What pods say against the report stands before all that the report says.
  private func contradictions(in report: Report) -> [ViewLine] {
    guard !report.contradictions.isEmpty else { return [] }
    let count = counted(report.statements.contradicted, "placement")
    var lines = [
      ViewLine("CONTRADICTED BY THE PODS THEMSELVES", .red)
        + ViewLine(": \(count) cannot be right, judge nothing by them")
    ]
    // The page of contradictions lists them all.
    guard page != .contradictions else { return lines }
    for one in report.contradictions.prefix(2) {
      lines.append(
        ViewLine("  \(one.client) > \(one.front)", .red) + ViewLine("  \(one.because)")
      )
    }
    let rest = report.contradictions.count - 2
    if rest > 0 { lines.append(ViewLine("  and \(grouped(rest)) more (tab lists them)", .dim)) }
    return lines
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
    let losing = status.devices.filter { $0.lost > 0 }
    if let most = losing.max(by: { $0.lost < $1.lost }) {
      let lost = losing.reduce(0) { $0 &+ $1.lost }
      let others = losing.count > 1 ? " and others" : ""
      line = line + ViewLine("  \(most.name)\(others) lost \(grouped(Int(clamping: lost)))", .red)
    }
    if isHeld { line = line + ViewLine("  HELD (p goes on)", .yellow) }
    return line
  }

  private func body(_ width: Int, _ room: Int) -> [ViewLine] {
    var lines: [ViewLine] = []
    if page == .interfaces { lines += Self.meaningOfLosses }
    var columns = Row.columns(of: page)
    if page == .sessions { columns.sortedBy = order.rawValue }
    if page == .incidents { columns.sortedBy = "at" }
    lines += columns.lines(Array(rows.dropFirst(first).prefix(room)), width: width)
    if rows.isEmpty {
      let what =
        switch page {
        case .sessions: "no session"
        case .interfaces: "no interface"
        case .incidents, .contradictions: "nothing out of the ordinary"
        }
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
    let keys = "q quit  s sort  / filter  tab \(nextPage.rawValue)  ? help"
    let latest = status.latest.isEmpty ? "" : "  \(status.latest)"
    return ViewLine(keys + place + chosen, .dim) + ViewLine(latest)
  }

  /// Where drops are told of, what they do not mean.
  private static let meaningOfLosses = [
    "  An interface's own losses: no capture saw them, nothing tells of which flows.",
    "  What it did not send may have been captured before: it is lost on this host.",
    "  Drops (line 2) are the capture's: the kernel does not say of which interface.",
    "  Neither is loss in the network.",
  ].map { ViewLine($0, .dim) }

  private static let help = [
    "  q, Ctrl-C    end, and print the report",
    "  s            sort sessions by the next column",
    "  /            show only what holds this text; enter keeps it, esc drops it",
    "  tab          sessions, incidents, interfaces; what pods contradict",
    "  arrows       scroll; also page up and down, home, end, space",
    "  p            hold the view, while watching goes on",
    "  ?            this help",
  ].map { ViewLine($0) }
}
