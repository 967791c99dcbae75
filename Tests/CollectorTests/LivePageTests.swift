import Affinity
import Collector
import Reporting
import System
import TestSupport
import Testing
import Wire

/// The page that a collector serves, in a real browser.
struct LivePageTests {
  private static let python = "\(Program.root)/.build/browser/bin/python3"
  private static let hasBrowser =
    Command.path(of: "chromium") != nil
    && (try? Command(python, ["-c", "import playwright"]).status) == 0

  @Test(
    .enabled(if: hasBrowser, "chromium or playwright is missing: make set-up-test installs them")
  )
  func `the page tells what happens, and is loaded anew unless somebody uses it`() throws {
    let report = try ServedReport.report()
    let served = try ServedReport(report)
    let (state, service) = (served.state, served.service)
    let isOver = Locked(false)
    let worker = try Worker {
      var number: UInt64 = 2
      while !isOver.withLock({ $0 }) {
        state.withLock { state in
          state.latest = ServedReport.made(report, number)
          state.add([.verdict(was: .pass, now: .fail)], at: ServedReport.start)
        }
        service.note()
        number += 1
        sleep(until: .now() + .milliseconds(500))
      }
    }
    defer {
      isOver.withLock { $0 = true }
      worker.join()
    }
    let check = try Command(
      Self.python,
      [
        "\(Program.root)/scripts/check-page.py", "http://\(service.endpoint)/",
        ServedReport.recording,
      ]
    )
    #expect(check.output == "")
    #expect(check.status == 0)
  }
}
