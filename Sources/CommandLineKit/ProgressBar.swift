internal import Glibc

/// How far a long piece of work is, on one line of standard error that is erased at the end.
public struct ProgressBar: ~Copyable, Sendable {
  private let label: String
  private let total: UInt64?
  public let isShown: Bool
  private let start = ContinuousClock.now
  private var nextDraw = ContinuousClock.now + .milliseconds(300)
  private var isDrawn = false

  /// `total` in the unit that `advance(to:)` counts in; nil where it is not known.
  public init(_ label: String, total: UInt64?, isShown: Bool) {
    self.label = label
    self.total = total
    self.isShown = isShown
  }

  deinit {
    if isDrawn { _ = writeAll(Array("\r\u{1b}[K".utf8), to: 2) }
  }

  /// Redraws at most ten times a second, and not at all in the first instant; call it once a batch, not once a packet.
  public mutating func advance(to done: UInt64) {
    guard isShown else { return }
    let now = ContinuousClock.now
    guard now >= nextDraw else { return }
    nextDraw = now + .milliseconds(100)
    isDrawn = true
    let width = Terminal.standardError.width
    let line = Self.line(
      label: label,
      done: done,
      total: total,
      elapsed: now - start,
      width: width
    )
    _ = writeAll(Array("\r\(line)\u{1b}[K".utf8), to: 2)
  }

  /// Erases the line, so that what follows begins on a clean one.
  public consuming func finish() {}

  /// `n1.pcap [#####-----]  50%  2s left`, never wider than the terminal.
  static func line(
    label: String,
    done: UInt64,
    total: UInt64?,
    elapsed: Duration,
    width: Int
  ) -> String {
    // The last column stays free: some terminals wrap as soon as it is written.
    let width = max(10, width - 1)
    guard let total, total > 0 else {
      return "\(label) \(elapsed.components.seconds)s".truncated(to: width)
    }
    let share = min(1, Double(done) / Double(total))
    let percent = "\(Int(share * 100))%".padded(to: 4, .right)
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    let left = share > 0 ? "\(Int((seconds / share - seconds).rounded(.up)))s left" : ""
    let name = label.truncated(to: max(8, width / 3))
    let room = width - name.displayWidth - percent.count - 12 - 5
    guard room >= 8 else { return "\(name) \(percent)".truncated(to: width) }
    let length = min(room, 40)
    let filled = Int(share * Double(length))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: "-", count: length - filled)
    return "\(name) [\(bar)] \(percent) \(left)".truncated(to: width)
  }
}
