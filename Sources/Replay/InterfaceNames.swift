/// The names of interfaces, and the numbers that stand for them where packets flow.
///
/// Linux cooked frames carry the kernel's own number of their interface, which is kept as it is. A name gets a number of
/// the upper half, which the kernel never gives out. 0 is an interface that nobody named.
public struct InterfaceNames: Sendable, Hashable {
  private static let firstNumber: UInt32 = 1 << 31

  private var names: [String] = []

  public init() {}

  /// The number of a name, given out in the order of asking.
  public mutating func number(of name: String?) -> UInt32 {
    // `any` is no interface: there, the frames tell theirs.
    guard let name, name != "any" else { return 0 }
    let index = names.firstIndex(of: name) ?? names.count
    if index == names.count { names.append(name) }
    return Self.firstNumber + UInt32(truncatingIfNeeded: index)
  }

  /// The name that a number stands for.
  public func name(of number: UInt32) -> String? {
    guard number >= Self.firstNumber else { return nil }
    let index = Int(number - Self.firstNumber)
    return index < names.count ? names[index] : nil
  }

  /// The kernel's number of an interface whose name is not known.
  public static func index(of number: UInt32) -> UInt32? {
    number > 0 && number < firstNumber ? number : nil
  }
}
