import TestSupport
import Workbench

/// One packet as a capture shows it, its addresses replaced by what they stand for.
///
/// `n1 nic In 63 C>V` is a client's datagram for the virtual address at node n1's network interface, with TTL 63.
struct Sighting {
  var node: String
  var time: Double
  var place: String
  var direction: String
  var isTunnelled: Bool
  var hopLimit: String
  var source: String
  var destination: String
  var sourcePort: String
  var destinationPort: String
  var payload: String

  var tuple: String { "\(source):\(sourcePort)>\(destination):\(destinationPort)" }

  var shape: String {
    let tunnel = isTunnelled ? " vxlan" : ""
    return "\(node) \(place) \(direction)\(tunnel) \(hopLimit) \(role(source))>\(role(destination))"
  }

  /// By the address plan that the recordings and the model share.
  private func role(_ address: String) -> String {
    for (prefix, role) in [
      ("203.0.113.", "client"), ("2001:db8:cc:", "client"), ("198.51.100.", "virtual"),
      ("2001:db8:1b:", "virtual"), ("192.168.99.1", "node"), ("fd99::1", "node"),
      ("10.96.", "service"),
    ] where address.hasPrefix(prefix) {
      return role
    }
    let isBridge = address.hasPrefix("10.244.") ? address.hasSuffix(".1") : address.hasSuffix("::1")
    let isTunnel = address.hasPrefix("10.244.") ? address.hasSuffix(".0") : address.hasSuffix("::")
    return isBridge ? "bridge" : isTunnel ? "tunnel" : "pod"
  }
}

/// Reads the UDP packets of a recording's nodes with tshark.
func sightings(_ recording: Recording, isTunnelled: Bool = false) throws -> [Sighting] {
  let folder = try TemporaryFolder()
  var files: [(node: String, path: String)] = []
  for (node, bytes) in recording.captures {
    files.append((node, try folder.write("\(node).pcap", bytes)))
  }
  return try sightings(files, isTunnelled: isTunnelled)
}

/// Reads the UDP packets of nodes' savefiles with tshark.
func sightings(_ files: [(node: String, path: String)], isTunnelled: Bool) throws -> [Sighting] {
  let fields = [
    "frame.time_epoch", "sll.ifindex", "sll.pkttype", "ip.ttl", "ipv6.hlim", "ip.src", "ipv6.src",
    "ip.dst", "ipv6.dst", "udp.srcport", "udp.dstport", "udp.payload",
  ]
  return try files.flatMap { node, path -> [Sighting] in
    try dissect(
      file: path,
      fields,
      ["-o", "ip.defragment:FALSE", "-Y", "udp and not icmp and not icmpv6"]
    ).map { columns in
      // Of a tunnelled packet the inner one counts: it comes last.
      func last(_ index: Int) -> String {
        columns[index].split(separator: ",").last.map(String.init) ?? ""
      }
      func either(_ index: Int) -> String { last(index).isEmpty ? last(index + 1) : last(index) }
      let interface = Int(columns[1]) ?? 0
      let place =
        interface == 2
        ? "nic"
        : isTunnelled && interface == 3
          ? "tunnel" : interface == (isTunnelled ? 4 : 3) ? "bridge" : "veth"
      return Sighting(
        node: node,
        time: Double(columns[0]) ?? 0,
        place: place,
        // A bridge's port shows `P` or `In` as the bridge's own station happens to be.
        direction: columns[2] == "4" ? "Out" : "In",
        isTunnelled: columns[9].contains(","),
        hopLimit: either(3),
        source: either(5),
        destination: either(7),
        sourcePort: last(9),
        destinationPort: last(10),
        payload: last(11)
      )
    }
  }
}

/// What one datagram and its reply went through: every sighting of the first datagram that `isWanted` takes.
///
/// The reply is found by its addresses: all that the datagram wore, reversed, and the half-translated pair.
func journey(_ all: [Sighting], payload: String) -> (forward: [String], back: [String]) {
  let forward = all.filter { $0.payload == payload }
  guard let first = forward.min(by: { $0.time < $1.time }),
    let last = forward.max(by: { $0.time < $1.time })
  else { return ([], []) }
  func reversed(_ one: Sighting) -> String {
    "\(one.destination):\(one.destinationPort)>\(one.source):\(one.sourcePort)"
  }
  let half =
    "\(last.destination):\(last.destinationPort)>\(first.source):\(first.sourcePort)"
  let tuples = Set(forward.map(reversed)).union([half])
  var seen: Set<String> = []
  let back = all.filter {
    $0.time > first.time && tuples.contains($0.tuple) && $0.payload != payload
  }
  .filter { seen.insert($0.shape).inserted }
  return (forward.map(\.shape), back.map(\.shape))
}

extension String {
  var hex: String {
    utf8.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
