import Affinity
import System

/// A crew of as many threads as the machine runs at once.
struct Cores: Crew {
  let size = usableCores()

  func map<Made: Sendable>(_ count: Int, _ work: @escaping @Sendable (Int) -> Made) -> [Made] {
    let pieces = Pieces<Made>(count)
    onThreads(min(size, count)) {
      while let number = pieces.next() { pieces.put(work(number), at: number) }
    }
    return pieces.made
  }
}

/// Pieces of work that are taken by number, and what was made of them.
private final class Pieces<Made: Sendable>: Sendable {
  private let state: Locked<(next: Int, made: [Made?])>

  init(_ count: Int) {
    state = Locked((0, Array(repeating: nil, count: count)))
  }

  func next() -> Int? {
    state.withLock { state in
      guard state.next < state.made.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  func put(_ made: Made, at number: Int) { state.withLock { $0.made[number] = made } }

  var made: [Made] { state.withLock { $0.made.compactMap(\.self) } }
}
