import Metrics
import TestSupport
import Testing

/// The text that Prometheus reads.
struct ExpositionTests {
  @Test func `help and type stand once before a metric's samples`() {
    var page = Exposition()
    page.metric(
      "frames_total",
      .counter,
      "Frames read.",
      [(["node": "n1", "kind": "udp"], "3"), (["node": "n2", "kind": "udp"], "4")]
    )
    page.metric("reports", .gauge, "Reports kept.", 2)
    page.metric("nothing", .gauge, "What there is none of.", [])
    #expect(
      page.text == """
        # HELP stickler_frames_total Frames read.
        # TYPE stickler_frames_total counter
        stickler_frames_total{node="n1",kind="udp"} 3
        stickler_frames_total{node="n2",kind="udp"} 4
        # HELP stickler_reports Reports kept.
        # TYPE stickler_reports gauge
        stickler_reports 2

        """
    )
  }

  @Test(arguments: [
    ("plain", "plain"), ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"),
    (String(repeating: "é", count: 200), String(repeating: "é", count: 128)),
  ])
  func `a label's value is escaped, and bounded`(value: String, written: String) {
    var page = Exposition()
    page.metric("up", .gauge, "Up.", [(["name": value], "1")])
    #expect(page.text.hasSuffix("\nstickler_up{name=\"\(written)\"} 1\n"))
  }

  @Test func `samples are bounded, and what is left out is told`() {
    var page = Exposition(most: 2)
    page.metric("up", .gauge, "Up.", (0..<5).map { (["name": "n\($0)"], "1") })
    page.end()
    #expect(page.text.contains("stickler_up{name=\"n1\"} 1\n# HELP"))
    #expect(!page.text.contains("n2"))
    #expect(page.text.hasSuffix("\nstickler_metrics_left_out 3\n"))
  }
}
