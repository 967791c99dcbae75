internal import JSONText
internal import Wire

/// Gathers a snapshot from the JSON texts of one file.
struct InventoryReader {
  private(set) var snapshot = ClusterSnapshot()
  /// Something of the file was an inventory, even an empty one.
  private(set) var isInventory = false

  /// The kinds that are kept; of every other only the text is checked.
  private enum Kind: String {
    case pod = "Pod"
    case service = "Service"
    case endpointSlice = "EndpointSlice"
    case node = "Node"
  }

  /// What a document may be, from the first key that tells.
  enum Form: Hashable {
    case kubernetes, short, other
  }

  /// Reads every document up to the end of the text.
  mutating func read(_ reader: inout JSONReader) throws(JSONError) {
    repeat {
      switch try reader.kind() {
      case .array: try readItems(&reader, of: nil)
      default:
        switch try Self.form(of: reader) {
        case .short: try readShortForm(&reader)
        case .kubernetes: try readDocument(&reader)
        case .other: try reader.skip()
        }
      }
    } while !reader.isAtEnd()
    snapshot.normalize()
  }

  /// Tells an inventory from other JSON, without reading more of it than needed.
  static func form(of reader: JSONReader) throws(JSONError) -> Form {
    var ahead = reader
    guard try ahead.kind() == .object else { return .other }
    try ahead.beginObject()
    while let key = try ahead.nextKey() {
      switch key {
      case "kind", "apiVersion", "items": return .kubernetes
      case "pods", "services", "nodes": return try ahead.kind() == .object ? .short : .other
      // A report has `services` too.
      case "schema": return .other
      default: break
      }
    }
    return .other
  }

  // MARK: Kubernetes' own form

  /// A `List`, a `PodList` and their like, or a single object.
  private mutating func readDocument(_ reader: inout JSONReader) throws(JSONError) {
    let start = reader
    var isList = false
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "items":
        isList = true
        if try reader.isNull() { break }
        try readItems(&reader, of: start)
      case "takenAt":
        if let time = try reader.timestampIfAny() { snapshot.takenAt = time }
      default: break
      }
    }
    if isList {
      isInventory = true
      // An empty list of one kind says that there are none.
      if let kind = try Self.kind(of: start), let kind = Self.item(ofList: kind) { note(kind) }
    } else if let kind = try Self.kind(of: start).flatMap(Kind.init) {
      isInventory = true
      var again = start
      try readItem(&again, as: kind)
    }
  }

  private mutating func readItems(
    _ reader: inout JSONReader,
    of list: JSONReader?
  ) throws(JSONError) {
    isInventory = true
    // `PodList` names the kind of items that do not say their own; it may stand behind them, so look once.
    var fallback: Kind??
    try reader.beginArray()
    while try reader.nextElement() {
      guard try reader.kind() == .object else {
        throw JSONError(.expected(.object, found: try reader.kind()), at: reader.offset)
      }
      if let name = try Self.kind(of: reader) {
        if let kind = Kind(rawValue: name) { try readItem(&reader, as: kind) }
        continue
      }
      if fallback == nil {
        if let list {
          fallback = .some(try Self.kind(of: list).flatMap(Self.item(ofList:)))
        } else {
          fallback = .some(nil)
        }
      }
      guard let kind = fallback ?? nil else {
        throw JSONError(.missing("kind"), at: try reader.startOfValue())
      }
      try readItem(&reader, as: kind)
    }
  }

  /// The `kind` of the object that stands next; behind the endpoints in a slice, behind the items in a list.
  private static func kind(of reader: JSONReader) throws(JSONError) -> String? {
    var ahead = reader
    try ahead.beginObject()
    while let key = try ahead.nextKey() {
      if key.equals("kind") { return try ahead.stringIfAny() }
    }
    return nil
  }

  private static func item(ofList name: String) -> Kind? {
    name.hasSuffix("List") ? Kind(rawValue: String(name.dropLast(4))) : nil
  }

  private mutating func readItem(_ reader: inout JSONReader, as kind: Kind) throws(JSONError) {
    note(kind)
    switch kind {
    case .pod: snapshot.pods.append(try reader.pod())
    case .service: snapshot.services.append(try reader.service())
    case .endpointSlice: snapshot.endpoints += try reader.endpointSlice()
    case .node: snapshot.nodes.append(try reader.node())
    }
  }

  private mutating func note(_ kind: Kind) {
    switch kind {
    case .pod: snapshot.kinds.insert(.pods)
    case .service: snapshot.kinds.insert(.services)
    case .endpointSlice: snapshot.kinds.insert(.endpoints)
    case .node: snapshot.kinds.insert(.nodes)
    }
  }

  private mutating func readShortForm(_ reader: inout JSONReader) throws(JSONError) {
    isInventory = true
    var form = ShortForm()
    try form.read(&reader)
    let part = form.snapshot()
    snapshot.takenAt = part.takenAt ?? snapshot.takenAt
    snapshot.kinds.formUnion(part.kinds)
    snapshot.pods += part.pods
    snapshot.services += part.services
    snapshot.endpoints += part.endpoints
    snapshot.nodes += part.nodes
  }
}
