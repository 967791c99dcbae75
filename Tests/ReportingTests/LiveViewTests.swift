import Affinity
import CommandLineKit
import Reporting
import Testing

/// What a terminal shows of a watched machine.
@Suite struct LiveViewTests {
  static let status = {
    var status = LiveView.Status()
    status.node = "n1"
    status.interfaces = "all interfaces"
    status.elapsed = 83
    status.frames = 1_590
    status.framesPerSecond = 210
    return status
  }()

  static func lines(
    _ view: inout LiveView,
    _ width: Int = 80,
    _ height: Int = 24,
    style: Style = .plain
  ) -> [String] {
    view.lines(Screen.Size(width: width, height: height), status, style: style)
  }

  @Test(arguments: [(80, 24), (200, 60), (40, 10), (10, 3), (1, 1)])
  func `it has as many lines as the terminal, and none is wider`(width: Int, height: Int) {
    for isOn in [false, true] {
      var view = LiveView()
      view.show(sampleReport())
      for key: Key in [.escape, .tab, .character("?"), .character("/"), .character("x"), .end] {
        _ = view.take(key)
        let lines = Self.lines(&view, width, height, style: Style(isOn: isOn))
        #expect(lines.count == height)
        for line in lines { #expect(uncoloured(line).displayWidth <= width) }
      }
    }
  }

  @Test func `at 80 columns endpoints are whole`() {
    var view = LiveView()
    view.show(sampleReport())
    let text = Self.lines(&view).joined(separator: "\n")
    #expect(text.contains("n1  1:23  all interfaces  1,590 packets, 210/s, 0 dropped"))
    #expect(text.contains("203.0.113.1:40000"))
    #expect(text.contains("10.244.1.1:1025"))
    #expect(text.contains("MOVES▾"))
  }

  @Test func `keys sort, filter, change the page and hold`() {
    var view = LiveView()
    view.show(sampleReport())
    for _ in 0..<4 { _ = view.take(.character("s")) }
    #expect(view.order == .client)
    for key: Key in [
      .character("/"), .character("1"), .character("1"), .backspace, .character("3"),
    ] {
      _ = view.take(key)
    }
    #expect(view.filter == "13")
    #expect(Self.lines(&view).last == "filter: 13_")
    #expect(view.take(.character("q")) == .redraw)
    _ = view.take(.backspace)
    _ = view.take(.enter)
    #expect(Self.lines(&view).filter { $0.hasPrefix("203.0.113.") }.count == 4)
    _ = view.take(.escape)
    #expect(view.filter == "")
    _ = view.take(.tab)
    #expect(view.page == .incidents)
    #expect(Self.lines(&view).contains { $0.contains("A2") })
    _ = view.take(.character("p"))
    view.show(Report())
    #expect(Self.lines(&view).contains { $0.contains("A2") })
    #expect(view.take(.character("q")) == .quit)
    #expect(view.take(.interrupt) == .quit)
  }

  @Test(arguments: [(80, 24), (200, 60)])
  func `what pods contradict stands before everything else`(width: Int, height: Int) {
    var view = LiveView()
    var report = sampleReport()
    report.contradictions = Array(repeating: report.contradictions[0], count: 5)
    report.statements.contradicted = 5
    view.show(report)
    let title =
      "CONTRADICTED BY THE PODS THEMSELVES: 5 placements cannot be right, judge nothing by them"
    let one =
      "  203.0.113.1:40000 > 198.51.100.7:20001  the pod says that it saw 10.244.1.1:1026; by the match it saw "
      + "10.244.1.1:1025"
    let lines = Self.lines(&view, width, height)
    #expect(lines[0] == title.truncated(to: width))
    #expect(lines[1] == one.truncated(to: width))
    #expect(lines[3] == "  and 3 more (tab lists them)")
    #expect(lines[4].hasPrefix("FAIL: "))
    #expect(
      Self.lines(&view, width, height, style: Style(isOn: true))[0].hasPrefix(
        "\u{1b}[31mCONTRADICTED"
      )
    )
    for _ in 0..<3 { _ = view.take(.tab) }
    #expect(view.page == .contradictions)
    #expect(
      Self.lines(&view, 200, 60).filter { $0.hasSuffix("by the match it saw 10.244.1.1:1025") }
        .count == 5
    )
  }

  @Test func `where nothing is contradicted nothing of it is shown`() {
    var report = sampleReport()
    report.contradictions = []
    var view = LiveView()
    view.show(report)
    var pages: [LiveView.Page] = []
    for _ in 0..<4 {
      pages.append(view.page)
      #expect(!Self.lines(&view).contains { $0.contains("CONTRADICTED") })
      _ = view.take(.tab)
    }
    #expect(pages == [.sessions, .incidents, .interfaces, .sessions])
  }

  @Test func `what interfaces lost is told with what it does not mean`() {
    var status = Self.status
    status.devices = [
      LiveView.Device(name: "eth0", received: 9_000, missed: 0, refused: 0, unsent: 5),
      LiveView.Device(name: "vethB", received: 300, missed: 1_200, refused: 34, unsent: 0),
    ]
    var view = LiveView()
    var report = sampleReport()
    report.contradictions = []
    view.show(report)
    for _ in 0..<2 { _ = view.take(.tab) }
    let size = Screen.Size(width: 80, height: 24)
    let lines = view.lines(size, status, style: .plain)
    #expect(lines[1].hasSuffix("210/s, 0 dropped  vethB lost 1,234"))
    let start = lines.firstIndex { $0.hasPrefix("  An interface's own losses") } ?? 0
    #expect(lines[start + 1].hasSuffix("it is lost on this host."))
    #expect(lines[start + 3] == "  Neither is loss in the network.")
    #expect(
      lines[(start + 4)...(start + 6)].map { $0 } == [
        "INTERFACE  RECEIVED  NO ROOM  NOT TAKEN  NOT SENT",
        "vethB           300    1,200         34         0",
        "eth0          9,000        0          0         5",
      ]
    )
  }

  @Test func `a name cannot move the cursor`() {
    var report = sampleReport()
    report.services[0].name = "evil\u{1b}[2J"
    report.sessions[0].service = "evil\u{1b}]0;x\u{7}"
    var view = LiveView()
    view.show(report)
    #expect(!Self.lines(&view, 200, 60).joined().contains { $0 == "\u{1b}" || $0 == "\u{7}" })
  }

  /// Without the escapes of colours.
  private func uncoloured(_ line: String) -> String {
    line.split(separator: "\u{1b}[", omittingEmptySubsequences: false).enumerated()
      .map { $0.offset == 0 ? $0.element : $0.element.drop { $0 != "m" }.dropFirst() }
      .joined()
  }
}
