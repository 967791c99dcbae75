import CommandLineKit
import System
import Wire

/// One line at the foot of a terminal that is written over and over; nothing where no terminal is.
struct StatusLine {
  private let isShown: Bool
  private let width: Int
  private var isDrawn = false
  private var nextDraw = Instant(nanoseconds: 0)

  init(_ console: borrowing Console) {
    isShown = console.errorTerminal.isTerminal
    width = max(20, console.errorTerminal.width - 1)
  }

  mutating func show(_ text: @autoclosure () -> String, at now: Instant) {
    guard isShown, now >= nextDraw else { return }
    nextDraw = now + .milliseconds(250)
    isDrawn = true
    write("\r\(String(text().prefix(width)))\u{1b}[K", to: 2)
  }

  /// Makes room for a line of another kind.
  mutating func clear() {
    guard isDrawn else { return }
    isDrawn = false
    nextDraw = Instant(nanoseconds: 0)
    write("\r\u{1b}[K", to: 2)
  }
}
