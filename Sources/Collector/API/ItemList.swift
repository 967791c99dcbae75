internal import JSONText
internal import Wire

/// A list as every path tells one: of which report it is, how many there are, and where the rest begins.
struct ItemList {
  /// Nil where there is no report yet, and for what is kept of earlier ones.
  var report: MadeReport?
  var items: [[UInt8]]
  /// Nil where nobody has counted.
  var total: Int?
  var next: String?

  init(_ report: MadeReport?, _ items: [[UInt8]], total: Int?, next: String? = nil) {
    self.report = report
    self.items = items
    self.total = total
    self.next = next
  }

  var json: [UInt8] {
    var writer = JSONWriter(.compact)
    writer.object { json in
      json.key("report")
      if let report { json.integer(report.number) } else { json.null() }
      json.member("made_at", report?.madeAt.description)
      json.key("total")
      if let total { json.integer(total) } else { json.null() }
      json.member("next", next)
    }
    var bytes = writer.drain()
    bytes.removeLast()
    bytes += Array(",\"items\":[".utf8)
    bytes.reserveCapacity(items.reduce(bytes.count + 8) { $0 + $1.count + 1 })
    for (index, item) in items.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += item
    }
    return bytes + Array("]}\n".utf8)
  }
}
