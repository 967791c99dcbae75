internal import Wire

extension World {
  /// The next IPv4 id that a machine gives to a packet between two addresses.
  ///
  /// As Linux does for sockets that are not connected: a counter for each pair and protocol, which goes on by one and by up to
  /// as much as ticks have passed, so that nobody can count packets by it.
  func identification(for tuple: FiveTuple) -> UInt32 {
    guard !plan.isV6, topology.identifications != .zero else { return 0 }
    if topology.identifications == .shared {
      sharedIdentification += 1
      return UInt32(sharedIdentification / 8 & 0xffff)
    }
    let pair = FiveTuple(
      from: Endpoint(tuple.source.address, 0),
      to: Endpoint(tuple.destination.address, 0),
      over: tuple.transport
    )
    // 250 ticks a second.
    let known = identifications[pair] ?? (UInt32(generator.below(65_536)), now)
    let ticks = Int((now - known.at) / 4_000_000)
    let value = known.value &+ 1 &+ UInt32(ticks > 1 ? generator.below(ticks) : 0)
    identifications[pair] = (value, now)
    return value & 0xffff
  }
}
