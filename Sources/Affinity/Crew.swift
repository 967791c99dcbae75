/// Does pieces of work, one after the other or side by side: which of them is nobody's concern but the clock's.
///
/// This room starts no threads. Whoever has some lends them, and the report is the same to the byte.
public protocol Crew: Sendable {
  /// How many pieces are worth making of a long work.
  var size: Int { get }

  /// What `work` makes of each number below `count`, in the order of numbers.
  func map<Made: Sendable>(_ count: Int, _ work: @escaping @Sendable (Int) -> Made) -> [Made]
}

/// One after the other.
public struct Alone: Crew {
  public let size = 1

  public init() {}

  public func map<Made: Sendable>(_ count: Int, _ work: @escaping @Sendable (Int) -> Made) -> [Made]
  {
    (0..<count).map(work)
  }
}

extension Crew {
  /// Does two things that have nothing to do with each other.
  func both<First: Sendable, Second: Sendable>(
    _ first: @escaping @Sendable () -> First,
    _ second: @escaping @Sendable () -> Second
  ) -> (First, Second) {
    let made = map(2) { number -> (First?, Second?) in
      number == 0 ? (first(), nil) : (nil, second())
    }
    guard let first = made.first?.0, let second = made.last?.1 else {
      preconditionFailure("a crew leaves nothing undone")
    }
    return (first, second)
  }
}
