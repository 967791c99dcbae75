internal import JSONText
internal import Wire

extension JSONReader {
  /// A `v1` Node.
  mutating func node() throws(JSONError) -> Node {
    let start = try startOfValue()
    var metadata: Metadata?
    var node = Node("", addresses: [], isReady: false)
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "metadata": metadata = try self.metadata()
      case "spec": try readSpec(into: &node)
      case "status": try readStatus(into: &node)
      default: break
      }
    }
    guard let metadata else { throw JSONError(.missing("metadata"), at: start) }
    node.name = metadata.name.name
    return node
  }

  private mutating func readSpec(into node: inout Node) throws(JSONError) {
    guard try entersObject() else { return }
    var first: AddressBlock?
    var all: [AddressBlock] = []
    while let key = try nextKey() {
      switch key {
      case "podCIDR":
        if try !isNull() { first = try block() }
      case "podCIDRs":
        all = []
        guard try entersArray() else { break }
        while try nextElement() { all.append(try block()) }
      default: break
      }
    }
    if let first, !all.contains(first) { all.insert(first, at: 0) }
    node.podBlocks = all
  }

  private mutating func readStatus(into node: inout Node) throws(JSONError) {
    guard try entersObject() else { return }
    while let key = try nextKey() {
      switch key {
      case "addresses":
        node.addresses = []
        guard try entersArray() else { break }
        while try nextElement() {
          guard try entersObject() else { continue }
          while let key = try nextKey() {
            // Hostnames stand here too; those that are names are not needed.
            if key.equals("address"), let text = try stringIfAny(),
              let address = IPAddress(text), !node.addresses.contains(address)
            {
              node.addresses.append(address)
            }
          }
        }
      case "conditions": try readConditions { isTrue, _ in node.isReady = isTrue }
      default: break
      }
    }
  }
}
