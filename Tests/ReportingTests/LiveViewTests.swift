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
    #expect(Self.lines(&view).filter { $0.contains("203.0.113.") }.count == 4)
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
