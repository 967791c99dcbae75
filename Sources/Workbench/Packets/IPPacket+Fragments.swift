extension IPPacket {
  /// The fragments that a link of this MTU carries, or the packet itself where it fits.
  ///
  /// Fragments of a fragment keep their place in the whole, as a router's would.
  public func fragments(mtu: Int) -> [IPPacket] {
    guard headerLength + payload.count > mtu else { return [self] }
    let headers = isV4 || isFragment ? headerLength : headerLength + 8
    let step = (mtu - headers) / 8 * 8
    precondition(step > 0, "an MTU must leave room for eight bytes of payload")
    return stride(from: 0, to: payload.count, by: step).map { start in
      var part = self
      let end = min(start + step, payload.count)
      part.payload = Array(payload[start..<end])
      part.fragmentOffset = fragmentOffset + start
      part.moreFragments = moreFragments || end < payload.count
      return part
    }
  }
}
