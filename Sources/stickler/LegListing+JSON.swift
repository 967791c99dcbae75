import CommandLineKit
import Correlation
import JSONText
import Wire

extension LegListing {
  /// One object of the schema `stickler.legs/1`; what is not known is null.
  func writeJSON(to console: inout Console) throws(Failure) {
    var json = JSONWriter(.pretty)
    json.beginObject()
    json.member("schema", "stickler.legs/1")
    json.key("nodes")
    json.array { json in
      for node in nodes { json.node(node) }
    }
    json.member("total_legs", total)
    json.key("legs")
    json.beginArray()
    for row in rows {
      json.leg(row.leg, node: nodes[row.node].files.node, interface: interface(of: row))
      // Millions of legs need not be held as text too.
      if json.bytes.count > 1 << 16 { try console.out.write(bytes: json.drain()) }
    }
    json.endArray()
    json.endObject()
    json.newline()
    try console.out.write(bytes: json.drain())
  }
}

extension JSONWriter {
  fileprivate mutating func node(_ node: NodeLegs) {
    let tally = node.tally
    object { json in
      json.member("name", node.files.node)
      json.key("files")
      json.array { json in
        for path in node.files.paths { json.string(path) }
      }
      json.member("frames", tally.frames)
      json.member("udp", tally.datagrams)
      json.member("later_fragments", tally.laterFragments)
      json.member("icmp_errors", tally.icmpErrors)
      json.member("others", tally.others)
      json.member("cut_by_snap_length", tally.cut)
      json.key("truncated")
      json.flaws(tally) { $0.isTruncation }
      json.key("malformed")
      json.flaws(tally) { !$0.isTruncation }
    }
  }

  private mutating func flaws(_ tally: FrameTally, _ isWanted: (Flaw) -> Bool) {
    object { json in
      for flaw in Flaw.allCases where flaw != .none && isWanted(flaw) && tally[flaw] > 0 {
        json.member(flaw.description, tally[flaw])
      }
    }
  }

  fileprivate mutating func leg(_ leg: LegCount, node: String, interface: String?) {
    object { json in
      json.member("node", node)
      json.member("interface", interface)
      json.member("direction", leg.directionWord)
      json.member("transport", leg.transportWord)
      json.member("tunnel", leg.tunnel.word)
      json.member("source", leg.hasPorts ? "\(leg.tuple.source)" : "\(leg.tuple.source.address)")
      json.member(
        "destination",
        leg.hasPorts ? "\(leg.tuple.destination)" : "\(leg.tuple.destination.address)"
      )
      json.member("packets", leg.packets)
      json.member("bytes", leg.bytes)
      json.member("first", "\(leg.first)")
      json.member("last", "\(leg.last)")
      json.key("duration")
      json.number(leg.duration.inSeconds, decimals: 9)
      json.member("ttl_min", leg.hopLeast)
      json.member("ttl_max", leg.hopMost)
    }
  }
}
