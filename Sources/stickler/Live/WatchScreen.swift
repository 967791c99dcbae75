import Collector
import CommandLineKit
import Live
import LiveCapture
import Reporting
import System
import Wire

/// Shows a watch on the whole terminal, until a key or a signal ends it.
enum WatchScreen {
  static func run(_ watch: inout Watch, style: Style) throws(Failure) {
    guard var screen = Screen() else {
      throw Failure("the terminal cannot be taken over; use --lines")
    }
    var view = LiveView()
    var keys = KeyReader()
    var status = LiveView.Status()
    status.node = watch.node
    status.interfaces = watch.interfaces.described
    let start = Instant.now()
    var lastFrames: UInt64 = 0
    var lastRate = start
    var isOver = false
    while !isOver {
      let size = screen.size
      screen.draw(view.lines(size, status, style: style), size: size)
      // Often enough that a resized window is redrawn at once for the eye.
      let news = try watch.step(until: .now() + .milliseconds(250))
      isOver = news.isOver
      if news.hasKeys {
        // A terminal that is gone gives nothing for ever.
        guard let bytes = readAvailable(0), !bytes.isEmpty else { break }
        for key in keys.take(bytes) where view.take(key) == .quit { isOver = true }
      }
      if let outcome = news.outcome {
        view.show(outcome.report)
        if let event = outcome.events.last { status.latest = event.line() }
      }
      if let notice = news.notices.last { status.latest = notice.description }
      let now = Instant.now()
      let passed = now.since(lastRate).nanoseconds
      if passed >= 1_000_000_000 {
        let frames = watch.source.frameCount - lastFrames
        status.framesPerSecond = frames * 1_000_000_000 / UInt64(passed)
        (lastFrames, lastRate) = (watch.source.frameCount, now)
      }
      status.elapsed = now.since(start).nanoseconds / 1_000_000_000
      status.frames = watch.source.frameCount
      status.dropped = watch.counters.dropped
      status.devices = watch.losses.last.map { loss in
        LiveView.Device(
          name: loss.name,
          received: loss.received,
          missed: loss.missed,
          refused: loss.refused,
          unsent: loss.unsent
        )
      }
    }
  }
}
