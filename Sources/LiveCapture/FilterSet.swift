public import Wire

/// One filter expression, compiled for each link type that comes along.
public struct FilterSet: Sendable {
  public let expression: String
  private var filters: [PacketFilter] = []

  public init(_ expression: String) {
    self.expression = expression
  }

  /// The filter for a link type; compiled when it is first asked for.
  public mutating func filter(for linkType: LinkType) throws(PacketFilterError) -> PacketFilter {
    // A capture has one link type or two: a search is faster than a hash.
    if let filter = filters.first(where: { $0.linkType == linkType }) { return filter }
    let filter = try PacketFilter(expression, linkType: linkType)
    filters.append(filter)
    return filter
  }
}
