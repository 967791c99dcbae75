import Reporting
import System

extension InterfaceLoss {
  /// `lost 12 frames: the device had no room for 9, and the kernel did not take 3`.
  var described: String { lossDescription(missed: missed, refused: refused) }
}
