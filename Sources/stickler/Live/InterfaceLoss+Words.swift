import Reporting
import System

extension InterfaceLoss {
  /// `lost 12 frames: the device had no room for 9, and the kernel did not take 3`; and what it did not send.
  var described: [String] {
    (lost > 0 ? [lossDescription(missed: missed, refused: refused)] : [])
      + (unsent > 0 ? [unsentDescription(unsent)] : [])
  }
}
