public import System
internal import Wire

/// Reads what interfaces lost by themselves, now and then: the kernel tells of all of them at once, at some cost where
/// there are hundreds.
public struct LossReader: Sendable {
  private static let pause = Interval.seconds(3)

  public private(set) var last: [InterfaceLoss] = []
  private var next = Instant.now()

  public init() {}

  /// By name; those that lost nothing are among them.
  public mutating func read(_ source: inout LiveSource, isLast: Bool = false) -> [InterfaceLoss] {
    let now = Instant.now()
    if isLast || now >= next {
      last = source.readLosses()
      next = now + Self.pause
    }
    return last
  }
}
