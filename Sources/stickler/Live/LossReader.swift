import Live
import Reporting
import System
import Wire

/// Reads what interfaces lost by themselves, now and then: the kernel tells of all of them at once, at some cost where
/// there are hundreds.
struct LossReader {
  private static let pause = Interval.seconds(3)

  private(set) var last: [InterfaceLoss] = []
  private var next = Instant.now()

  /// By name; those that lost nothing are among them.
  mutating func read(_ source: inout LiveSource, isLast: Bool = false) -> [InterfaceLoss] {
    let now = Instant.now()
    if isLast || now >= next {
      last = source.readLosses()
      next = now + Self.pause
    }
    return last
  }
}

extension InterfaceLoss {
  /// `lost 12 frames: the device had no room for 9, and the kernel did not take 3`.
  var described: String { lossDescription(missed: missed, refused: refused) }
}
