internal import Correlation
internal import Exchange
internal import System
internal import Wire

/// What the capture has to tell since the last time.
struct Tick: Sendable {
  var ended: [Observation] = []
  var ongoing: [Run] = []
  var tally: NodeTally?
  var losses: [InterfaceLoss] = []
  /// Up to when all that was seen is told with this.
  var watermark: Timestamp?
  /// Whether nothing follows.
  var isLast = false

  /// Takes over what another one says of the node as it is by then.
  mutating func take(_ later: Self) {
    tally = later.tally ?? tally
    watermark = later.watermark ?? watermark
    for loss in later.losses {
      losses.removeAll { $0.name == loss.name }
      losses.append(loss)
    }
  }
}
