/// Which interfaces are meant, by names in which `*` stands for anything and `?` for one character.
public struct InterfacePattern: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  public init(_ text: String) {
    self.text = text
  }

  public var description: String { text }

  /// Every interface that there is or will be.
  public var meansAll: Bool { text == "any" || text == "*" }

  /// Whether it names one interface.
  public var isName: Bool { !meansAll && !text.contains { $0 == "*" || $0 == "?" } }

  public func matches(_ name: String) -> Bool {
    meansAll || Self.matches(Array(text.utf8)[...], Array(name.utf8)[...])
  }

  /// Goes back to the last `*` only: what an earlier one might take instead, the last one can take too.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
    var (pattern, name) = (pattern, name)
    var retry: (pattern: ArraySlice<UInt8>, name: ArraySlice<UInt8>)?
    while !name.isEmpty {
      if pattern.first == UInt8(ascii: "*") {
        pattern = pattern.dropFirst()
        retry = (pattern, name)
      } else if let wanted = pattern.first, wanted == name.first || wanted == UInt8(ascii: "?") {
        (pattern, name) = (pattern.dropFirst(), name.dropFirst())
      } else if let (rest, start) = retry {
        pattern = rest
        name = start.dropFirst()
        retry = (rest, name)
      } else {
        return false
      }
    }
    return pattern.allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
