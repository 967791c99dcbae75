public import Wire

/// What the header of a pcapng section says of the capture; a file has one section or several behind each other.
public struct CaptureSection: Hashable, Sendable {
  /// The section's first interface, as an index into the reader's `interfaces`.
  public var firstInterface: Int
  public var hardware: String?
  public var operatingSystem: String?
  public var application: String?
  public var comments: [String] = []
}

/// A name that a capture's name resolution block gives an address.
public struct ResolvedName: Hashable, Sendable {
  public var address: IPAddress
  public var name: String

  public init(address: IPAddress, name: String) {
    self.address = address
    self.name = name
  }
}
