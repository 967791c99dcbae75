import CommandLineKit
import Correlation
import Wire

extension LegListing {
  /// One line a leg (RFC 4180), times in RFC 3339 and durations in seconds.
  func writeCSV(to console: inout Console) throws(Failure) {
    try console.out.line(
      "node,interface,direction,transport,tunnel,source,source_port,destination,destination_port,"
        + "packets,bytes,first,last,duration,ttl_min,ttl_max"
    )
    for row in rows {
      let leg = row.leg
      let fields = [
        quoted(nodes[row.node].files.node),
        quoted(interface(of: row) ?? ""),
        leg.directionWord ?? "",
        leg.transportWord,
        leg.tunnel.word ?? "",
        "\(leg.tuple.source.address)",
        leg.hasPorts ? "\(leg.tuple.source.port)" : "",
        "\(leg.tuple.destination.address)",
        leg.hasPorts ? "\(leg.tuple.destination.port)" : "",
        "\(leg.packets)",
        "\(leg.bytes)",
        "\(leg.first)",
        "\(leg.last)",
        leg.duration.seconds(decimals: 9),
        "\(leg.hopLeast)",
        "\(leg.hopMost)",
      ]
      try console.out.line(fields.joined(separator: ","))
    }
  }
}

private func quoted(_ field: String) -> String {
  guard field.contains(where: { ",\"\n\r".contains($0) }) else { return field }
  return
    "\"\(field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
}

extension Interval {
  fileprivate func seconds(decimals: Int) -> String {
    let magnitude = nanoseconds.magnitude
    let fraction = String(magnitude % 1_000_000_000)
    let digits = String(repeating: "0", count: 9 - fraction.count) + fraction
    return "\(nanoseconds < 0 ? "-" : "")\(magnitude / 1_000_000_000).\(digits.prefix(decimals))"
  }
}
