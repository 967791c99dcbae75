public import JSONText

/// Why a file is no inventory: one line that names the file, the place and what was expected there.
public struct InventoryError: Error, Hashable, Sendable {
  public var file: String
  /// Where in the file; `nil` where the file as a whole is meant.
  public var location: JSONLocation?
  public var reason: String

  public init(in file: String, at location: JSONLocation? = nil, _ reason: String) {
    self.file = file
    self.location = location
    self.reason = reason
  }

  init(in file: String, _ error: JSONError, of bytes: [UInt8]) {
    self.init(
      in: file,
      at: JSONLocation(of: error, in: bytes.span),
      error.reason.description
    )
  }
}

extension InventoryError: CustomStringConvertible {
  /// `cluster.json:40:12: $.items[3].spec.ports[0].port: expected a number, found a string`.
  public var description: String {
    guard let location else { return "\(file): \(reason)" }
    return "\(file):\(location.line):\(location.column): \(location.path): \(reason)"
  }
}
