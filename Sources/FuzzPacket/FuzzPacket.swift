internal import Correlation
internal import Wire

/// Decodes any bytes as a frame of every link layer, follows tunnels and quotes, and takes fingerprints.
///
/// Nothing may trap, and every range that a packet names must lie inside the frame.
@c(LLVMFuzzerTestOneInput)
public func fuzzPacket(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer keeps `count` bytes alive at `start` for the length of this call.
  let frame = unsafe UnsafeBufferPointer(start: start, count: count).span
  var counter = LegCounter(seed: 0)
  let links: [LinkType] = [
    .ethernet, .linuxCooked, .linuxCookedV2, .raw, .null, .loop, LinkType(rawValue: 9),
  ]
  for link in links {
    // As if whole, and as if the snap length had cut it.
    for originalLength in [count, count + 1_000, 0] {
      var packet = Packet(frame, as: link, originalLength: originalLength)
      examine(packet, frame)
      while let inner = packet.inner(in: frame) {
        precondition(inner.depth == packet.depth + 1 && inner.depth <= Packet.tunnelLimit, "depth")
        packet = inner
        examine(packet, frame)
      }
      counter.add(
        frame,
        as: link,
        originalLength: originalLength,
        time: Timestamp(nanoseconds: 0),
        interface: 0,
        direction: .unknown
      )
    }
  }
  counter.settle()
  return 0
}

private func examine(_ packet: Packet, _ frame: Span<UInt8>) {
  precondition(Int(packet.end) <= frame.count, "an end inside the frame")
  _ = packet.checksumState(in: frame)
  _ = packet.announcedHardwareAddress(in: frame)
  if let quoted = packet.quoted(in: frame) { examine(quoted, frame) }
  guard packet.kind == .datagram else { return }
  precondition(
    packet.payloadCaptured == 0
      || Int(packet.payloadOffset) + Int(packet.payloadCaptured) <= frame.count,
    "a payload inside the frame"
  )
  precondition(packet.payloadCaptured <= packet.payloadLength, "no more captured than there was")
  let fingerprint = Fingerprint(of: packet, in: frame)
  precondition(!fingerprint.contradicts(fingerprint), "equal to itself")
  _ = ConnectionMark(PayloadBeginning(of: packet, in: frame))
}
