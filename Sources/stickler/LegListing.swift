import CommandLineKit
import Correlation
import Replay
import Wire

/// What legs are sorted by: the most or the earliest first.
enum LegOrder: String, CaseIterable, Sendable {
  case bytes, packets, duration, first, last, leg
}

/// The legs of all nodes in the order of their listing.
struct LegListing {
  struct Row {
    var node: Int
    var leg: LegCount
  }

  let nodes: [NodeLegs]
  private(set) var rows: [Row] = []
  /// How many rows there are when none are left out.
  let total: Int

  init(_ nodes: [NodeLegs], by order: LegOrder, top: Int?) {
    self.nodes = nodes
    total = nodes.reduce(0) { $0 + $1.legs.count }
    rows.reserveCapacity(total)
    for (index, node) in nodes.enumerated() {
      for leg in node.legs { rows.append(Row(node: index, leg: leg)) }
    }
    rows.sort { Self.precedes($0, $1, by: order) }
    if let top, top < total { rows.removeLast(total - top) }
  }

  /// No two rows are equal in everything, so that the order is always the same.
  private static func precedes(_ left: Row, _ right: Row, by order: LegOrder) -> Bool {
    let (a, b) = (left.leg, right.leg)
    switch order {
    case .bytes where a.bytes != b.bytes: return a.bytes > b.bytes
    case .packets where a.packets != b.packets: return a.packets > b.packets
    case .duration where a.duration != b.duration: return a.duration > b.duration
    case .first where a.first != b.first: return a.first < b.first
    case .last where a.last != b.last: return a.last < b.last
    default: break
    }
    if a.tuple != b.tuple { return a.tuple < b.tuple }
    if left.node != right.node { return left.node < right.node }
    if a.first != b.first { return a.first < b.first }
    if a.depth != b.depth { return a.depth < b.depth }
    if a.interface != b.interface { return a.interface < b.interface }
    if a.direction != b.direction { return a.direction.rawValue < b.direction.rawValue }
    return a.tunnel.rawValue < b.tunnel.rawValue
  }

  /// `eth0`, or `if2` where only the kernel's number is known.
  func interface(of row: Row) -> String? {
    let number = row.leg.interface
    return nodes[row.node].interfaceNames.name(of: number)
      ?? InterfaceNames.index(of: number).map { "if\($0)" }
  }
}

extension LegCount {
  var directionWord: String? {
    switch direction {
    case .unknown: nil
    case .incoming, .otherHost: "in"
    case .outgoing: "out"
    }
  }

  /// UDP, or the protocol of a tunnel that has no ports.
  var transportWord: String {
    switch tuple.transport.rawValue {
    case 17: "udp"
    case 47: "gre"
    case 4, 41: "ipip"
    case let other: "\(other)"
    }
  }

  var hasPorts: Bool { tuple.transport == .udp }
}

extension Packet.Tunnel {
  var word: String? {
    switch self {
    case .none: nil
    case .vxlan: "vxlan"
    case .geneve: "geneve"
    case .gre: "gre"
    case .ipInIP: "ipip"
    }
  }
}
