/// Why a database cannot be used: what, where, and what to do.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  public var path: String
  public var reason: String
  /// What whoever named the file may do about it.
  public var advice: String?
  /// Whether it is what the file holds.
  public var isDamage: Bool

  public init(_ path: String, _ reason: String, advice: String? = nil, isDamage: Bool = false) {
    self.path = path
    self.reason = reason
    self.advice = advice
    self.isDamage = isDamage
  }

  public var description: String {
    let advice = advice.map { "; \($0)" } ?? ""
    return "\(path): \(reason)\(advice)"
  }
}
