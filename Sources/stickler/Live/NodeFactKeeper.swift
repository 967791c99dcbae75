import Correlation
import Live
import System
import Wire

/// What this machine's kernel said of itself that the analyst was not told yet.
struct NodeFactKeeper {
  private var reader = FactReader()
  private var new: [NodeFacts] = []
  /// The last reading, without what is another at each: the time, the clock, and how many entries there are just now.
  private(set) var last: NodeFacts?

  /// Reads where it is time to.
  mutating func read(isLast: Bool = false) {
    guard let facts = reader.readWhenDue(isLast: isLast) else { return }
    new.append(facts)
    var steady = facts
    steady.time = Timestamp(nanoseconds: 0)
    steady.clock = nil
    steady.table = nil
    last = steady
  }

  mutating func takeNew() -> [NodeFacts] {
    defer { new.removeAll() }
    return new
  }
}
