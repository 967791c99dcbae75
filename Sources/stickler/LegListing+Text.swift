import CommandLineKit
import Correlation
import Wire

extension LegListing {
  /// A table as wide as the terminal allows, and what is not in it in a line for each node.
  func writeText(to console: inout Console) throws(Failure) {
    try LegTable(self, console.terminal).write(to: &console)
    try console.out.line()
    if rows.count < total { try console.out.line("\(rows.count) of \(total) legs are shown.") }
    for node in nodes { try console.out.line(node.summary) }
  }
}

/// Legs in aligned columns, put together byte by byte.
///
/// A capture may have millions of legs: as a table of strings, 20,000 of them took a quarter of the whole run.
private struct LegTable {
  private struct Column {
    var title: String
    var isRight = false
    var width: Int

    init(_ title: String, isRight: Bool = false) {
      self.title = title
      self.isRight = isRight
      width = title.utf8.count
    }
  }

  private let listing: LegListing
  /// Every row's leg as text, one behind the other, and where each ends.
  private var legs: [UInt8] = []
  private var ends: [Int] = []
  private var node = Column("NODE")
  private var vantage = Column("VANTAGE")
  private var leg = Column("LEG")
  private var packets = Column("PACKETS", isRight: true)
  private var bytes = Column("BYTES", isRight: true)
  private var first = Column("FIRST")
  private var last = Column("LAST")
  private var duration = Column("DURATION", isRight: true)
  private var hops = Column("TTL", isRight: true)
  private var vantages: [Vantage: (text: [UInt8], width: Int)] = [:]
  private var showsTimes = true
  private var showsDuration = true

  private struct Vantage: Hashable {
    var node: Int
    var interface: UInt32
    var direction: Packet.Direction
  }

  init(_ listing: LegListing, _ terminal: Terminal) {
    self.listing = listing
    ends.reserveCapacity(listing.rows.count)
    var cell: [UInt8] = []
    for row in listing.rows {
      let start = legs.count
      legs.append(row.leg)
      ends.append(legs.count)
      leg.width = max(leg.width, legs.count - start)
      node.width = max(node.width, listing.nodes[row.node].files.node.displayWidth)
      vantage.width = max(vantage.width, note(row).width)
      packets.width = max(packets.width, row.leg.packets.digitCount)
      bytes.width = max(bytes.width, row.leg.bytes.digitCount)
      cell.removeAll(keepingCapacity: true)
      cell.append(duration: row.leg.duration)
      duration.width = max(duration.width, cell.count)
      cell.removeAll(keepingCapacity: true)
      cell.append(hopsOf: row.leg)
      hops.width = max(hops.width, cell.count)
    }
    first.width = 15
    last.width = 15
    // Where everything does not fit, the times go first: they are in JSON and CSV all the same.
    let width = [node, vantage, leg, packets, bytes, hops].reduce(10) { $0 + $1.width }
    let room = terminal.isTerminal ? terminal.width - width : Int.max
    showsDuration = room >= duration.width + 2
    showsTimes = room >= duration.width + 2 + 34
  }

  /// How a row's vantage is written, kept for the rows of the same one.
  private mutating func note(_ row: LegListing.Row) -> (text: [UInt8], width: Int) {
    let key = Vantage(
      node: row.node,
      interface: row.leg.interface,
      direction: row.leg.direction
    )
    if let known = vantages[key] { return known }
    let words = [listing.interface(of: row), row.leg.directionWord].compactMap(\.self)
    let text = words.isEmpty ? "-" : words.joined(separator: " ")
    let noted = (text: Array(text.utf8), width: text.displayWidth)
    vantages[key] = noted
    return noted
  }

  consuming func write(to console: inout Console) throws(Failure) {
    let style = console.style
    let columns =
      [node, vantage, leg, packets, bytes] + (showsTimes ? [first, last] : [])
      + (showsDuration ? [duration] : []) + [hops]
    let titles = columns.map { column in
      let gap = String(repeating: " ", count: column.width - column.title.utf8.count)
      let title = style.bold(column.title)
      return column.isRight ? gap + title : title + gap
    }
    try console.out.line(titles.joined(separator: "  "))
    let names = listing.nodes.map { Array($0.files.node.padded(to: node.width).utf8) }
    var line: [UInt8] = []
    var cell: [UInt8] = []
    var start = 0
    for (row, end) in zip(listing.rows, ends) {
      line.append(contentsOf: names[row.node])
      line.append(spaces: 2)
      let vantage = note(row)
      line.append(contentsOf: vantage.text)
      line.append(spaces: self.vantage.width - vantage.width + 2)
      line.append(contentsOf: legs[start..<end])
      line.append(spaces: leg.width - (end - start) + 2)
      start = end
      line.append(spaces: packets.width - row.leg.packets.digitCount)
      line.append(decimal: row.leg.packets)
      line.append(spaces: bytes.width - row.leg.bytes.digitCount + 2)
      line.append(decimal: row.leg.bytes)
      if showsTimes {
        line.append(spaces: 2)
        line.append(clock: row.leg.first)
        line.append(spaces: 2)
        line.append(clock: row.leg.last)
      }
      if showsDuration {
        cell.removeAll(keepingCapacity: true)
        cell.append(duration: row.leg.duration)
        line.append(spaces: duration.width - cell.count + 2)
        line.append(contentsOf: cell)
      }
      cell.removeAll(keepingCapacity: true)
      cell.append(hopsOf: row.leg)
      line.append(spaces: hops.width - cell.count + 2)
      line.append(contentsOf: cell)
      line.append(UInt8(ascii: "\n"))
      guard line.count >= 1 << 16 else { continue }
      try console.out.write(bytes: line)
      line.removeAll(keepingCapacity: true)
    }
    try console.out.write(bytes: line)
  }
}

extension [UInt8] {
  /// `203.0.113.1:40000 > 198.51.100.7:20001`, and what it travels in.
  fileprivate mutating func append(_ leg: LegCount) {
    append(leg.tuple.source, hasPort: leg.hasPorts)
    append(contentsOf: " > ".utf8)
    append(leg.tuple.destination, hasPort: leg.hasPorts)
    if !leg.hasPorts {
      append(spaces: 1)
      append(contentsOf: leg.transportWord.utf8)
    }
    if let tunnel = leg.tunnel.word {
      append(contentsOf: " in ".utf8)
      append(contentsOf: tunnel.utf8)
    }
  }

  /// `62`, or `61-63`.
  fileprivate mutating func append(hopsOf leg: LegCount) {
    append(decimal: UInt64(leg.hopLeast))
    guard leg.hopLeast != leg.hopMost else { return }
    append(UInt8(ascii: "-"))
    append(decimal: UInt64(leg.hopMost))
  }

  /// Seconds and milliseconds.
  fileprivate mutating func append(duration: Interval) {
    if duration.nanoseconds < 0 { append(UInt8(ascii: "-")) }
    let nanoseconds = UInt64(duration.nanoseconds.magnitude)
    append(decimal: nanoseconds / 1_000_000_000)
    append(UInt8(ascii: "."))
    append(decimal: nanoseconds % 1_000_000_000 / 1_000_000, width: 3)
  }

  /// The time of day in UTC, as tcpdump shows it: `06:49:09.123456`.
  fileprivate mutating func append(clock time: Timestamp) {
    let day: Int64 = 86_400_000_000_000
    let inDay = time.nanoseconds % day
    let microseconds = UInt64(inDay < 0 ? inDay + day : inDay) / 1_000
    append(decimal: microseconds / 3_600_000_000, width: 2)
    append(UInt8(ascii: ":"))
    append(decimal: microseconds / 60_000_000 % 60, width: 2)
    append(UInt8(ascii: ":"))
    append(decimal: microseconds / 1_000_000 % 60, width: 2)
    append(UInt8(ascii: "."))
    append(decimal: microseconds % 1_000_000, width: 6)
  }
}

extension NodeLegs {
  /// One line: `n1: 3434 frames: 3400 UDP, 12 later fragments, 3 ICMP errors; 2 cut by the snap length`.
  fileprivate var summary: String {
    var parts = ["\(tally.datagrams) UDP"]
    for (count, what) in [
      (tally.laterFragments, "later fragments"), (tally.icmpErrors, "ICMP errors"),
      (tally.others, "others"),
    ] where count > 0 {
      parts.append("\(count) \(what)")
    }
    for flaw in Flaw.allCases where tally[flaw] > 0 { parts.append("\(tally[flaw]) \(flaw)") }
    let cut = tally.cut > 0 ? "; \(tally.cut) cut by the snap length" : ""
    return "\(files.node): \(tally.frames) frames: \(parts.joined(separator: ", "))\(cut)"
  }
}
