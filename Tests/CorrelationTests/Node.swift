import Correlation
import Protocols
import Wire
import Workbench

/// The endpoints of these tests by letters: client, front (its virtual address), gateway (what SNAT makes of the client),
/// pods P and Q, and a second client D with its gateway port H; in lower case over IPv6.
let endpoints: [Character: Endpoint] = [
  "C": Endpoint(IPAddress(v4: 0xc633_6401), 40_000),
  "D": Endpoint(IPAddress(v4: 0xc633_6402), 40_000),
  "V": Endpoint(IPAddress(v4: 0xcb00_7107), 53),
  "G": Endpoint(IPAddress(v4: 0x0af4_0101), 1_024),
  "H": Endpoint(IPAddress(v4: 0x0af4_0101), 1_025),
  "P": Endpoint(IPAddress(v4: 0x0af4_0105), 53),
  "Q": Endpoint(IPAddress(v4: 0x0af4_0106), 53),
  "c": Endpoint(IPAddress(high: 0x2001_0db8_00cc_0000, low: 1), 40_000),
  "v": Endpoint(IPAddress(high: 0x2001_0db8_001b_0000, low: 7), 53),
  "g": Endpoint(IPAddress(high: 0xfd00_0244_0001_0000, low: 1), 1_024),
  "p": Endpoint(IPAddress(high: 0xfd00_0244_0001_0000, low: 5), 53),
]

func letter(_ endpoint: Endpoint) -> String {
  endpoints.first { $0.value == endpoint }.map { String($0.key) } ?? endpoint.description
}

/// A frame as a capture with `-i any` holds it.
struct Seen {
  var frame: [UInt8]
  var time: Timestamp

  /// `leg` is two letters, source and destination.
  init(
    _ microseconds: Int64,
    _ leg: String,
    _ payload: String,
    id: UInt32 = 0,
    hopLimit: UInt8 = 64,
    _ way: Link.Direction = .incoming,
    on interface: UInt32 = 1
  ) {
    self.init(
      microseconds,
      packet: Self.packet(leg, payload, id: id, hopLimit: hopLimit),
      way,
      on: interface
    )
  }

  /// The same with any bytes; only what is outgoing has been forwarded.
  init(
    _ microseconds: Int64,
    _ leg: String,
    bytes: [UInt8],
    id: UInt32,
    _ way: Link.Direction = .incoming
  ) {
    var packet = Self.packet(leg, bytes: bytes)
    packet.identification = id
    packet.hopLimit = way == .outgoing ? 63 : 64
    self.init(microseconds, packet: packet, way)
  }

  init(
    _ microseconds: Int64,
    packet: IPPacket,
    _ way: Link.Direction = .incoming,
    on interface: UInt32 = 1
  ) {
    time = Timestamp(nanoseconds: 1_000_000_000_000 + microseconds * 1_000)
    frame = Link.linuxCookedV2(way, interface: interface, from: MACAddress(2)).frame(packet)
  }

  static func packet(_ leg: String, _ payload: String, id: UInt32 = 0, hopLimit: UInt8 = 64)
    -> IPPacket
  {
    var packet = packet(leg, bytes: Array(payload.utf8))
    packet.hopLimit = hopLimit
    if packet.isV4 { packet.identification = id } else { packet.flowLabel = id }
    return packet
  }

  static func packet(_ leg: String, bytes: [UInt8]) -> IPPacket {
    let ends = leg.compactMap { endpoints[$0] }
    precondition(ends.count == 2, "a leg is two known letters")
    return UDPSegment(FiveTuple(from: ends[0], to: ends[1]), payload: bytes).packet
  }
}

extension SightingBatch {
  /// Adds a frame as the one of its capture with this number.
  mutating func add(_ seen: Seen, _ number: Int = 1) {
    add(
      seen.frame.span,
      as: .linuxCookedV2,
      originalLength: seen.frame.count,
      time: seen.time,
      interface: 0,
      witness: Witness(file: 0, frame: UInt64(number))
    )
  }
}

/// What an observer made of frames, as text.
struct Observed {
  /// Each direction of a run that has datagrams, as `CV 3/2 → GP`: datagrams, matched ones, and what they became.
  var runs: [String] = []
  var others: [String] = []
  var counts = MatchCounts()
  var orphans = 0
  var flowCount = 0

  init(_ frames: [Seen], settings: NodeObserver.Settings = NodeObserver.Settings()) {
    var observer = NodeObserver(settings: settings)
    var all: [Observation] = []
    var batch = SightingBatch()
    for (number, seen) in zip(1..., frames) { batch.add(seen, number) }
    batch.order()
    observer.observe(batch) { all += $0 }
    flowCount = observer.flowCount
    observer.finish { all += $0.observations }
    for observation in all {
      if case .run(let run) = observation {
        note(run.leg, run.forward)
        note(run.leg.reversed, run.reverse)
      } else {
        others.append(Self.text(observation))
      }
    }
    counts = observer.counts
    orphans = observer.orphans
  }

  private mutating func note(_ leg: FiveTuple, _ stretch: Run.Stretch) {
    guard stretch.datagrams > 0 else { return }
    let result = stretch.result.map { " → " + Self.text($0) } ?? ""
    runs.append("\(Self.text(leg)) \(stretch.datagrams)/\(stretch.matched)\(result)")
  }

  private static func text(_ leg: FiveTuple) -> String {
    letter(leg.source) + letter(leg.destination)
  }

  private static func text(_ observation: Observation) -> String {
    switch observation {
    case .unmatched(let one):
      "unmatched \(text(one.leg)) frame \(one.witness.frame)" + (one.isLeading ? ", leading" : "")
    case .fragments(let tally):
      "fragments \(text(tally.leg)) \(tally.complete) complete, \(tally.partial) partial"
    case .statement(let one):
      "\(text(one.leg)) \(one.sightings) say \(one.seenSource.map(letter) ?? "nothing")"
        + " by \(one.pod?.text ?? "nobody") from frame \(one.witness.frame)"
    default: String(describing: observation)
    }
  }
}
