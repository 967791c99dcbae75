public import Affinity

/// `lost 12 frames: the device had no room for 9, and the kernel did not take 3`.
public func lossDescription(missed: UInt64, refused: UInt64) -> String {
  let parts = [
    missed > 0 ? "the device had no room for \(grouped(Int(clamping: missed)))" : nil,
    refused > 0 ? "the kernel did not take \(grouped(Int(clamping: refused)))" : nil,
  ]
  return "lost \(counted(Int(clamping: missed &+ refused), "frame")): "
    + parts.compactMap(\.self).joined(separator: ", and ")
}

/// `dropped 3 frames instead of sending them; a capture may show them as sent`.
public func unsentDescription(_ count: UInt64) -> String {
  "dropped \(counted(Int(clamping: count), "frame")) instead of sending them; a capture may show them as sent"
}

extension Report.BlindSpot {
  /// What an interface lost by itself: no drop of the capture, and no loss on the way to the node.
  public init(lossAt interface: String, of node: String, missed: UInt64, refused: UInt64) {
    self.init(
      "interface-drops",
      at: "\(interface) on \(node)",
      "the interface itself \(lossDescription(missed: missed, refused: refused)); the host lost them too, before any "
        + "capture could see them, so that nothing tells which flows they were of; that is no loss in the network"
    )
  }

  /// What an interface did not send: most of it was captured on its way there, and got no farther.
  public init(unsentAt interface: String, of node: String, _ count: UInt64) {
    self.init(
      "interface-drops",
      at: "\(interface) on \(node)",
      "the interface itself \(unsentDescription(count)); what is lost behind it may have been lost at it, on this host "
        + "and not in the network (at a veth pair both ends count one frame); nothing tells which flows they were of"
    )
  }
}
