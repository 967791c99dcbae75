internal import System

/// The interfaces that are watched, by number, as the kernel's list of them changes.
struct InterfaceChoice: ~Copyable {
  private let patterns: [InterfacePattern]
  /// By number; interfaces number in the hundreds, whatever their numbers.
  private var chosen: Set<UInt32> = []
  private var refused: Set<UInt32> = []
  /// Most frames in a row are of few interfaces.
  private var lastNumber: UInt32 = 0
  private var lastAnswer = false

  init(_ patterns: [InterfacePattern]) {
    self.patterns = patterns
  }

  var meansAll: Bool { patterns.contains(where: \.meansAll) }

  /// The patterns' own names, where they name single interfaces and nothing else.
  var names: [String]? { patterns.allSatisfy(\.isName) ? patterns.map(\.text) : nil }

  func includes(_ name: String) -> Bool { patterns.contains { $0.matches(name) } }

  /// Takes note of an interface's name, or of a new one.
  mutating func note(_ number: UInt32, _ name: String) {
    lastNumber = 0
    if includes(name) {
      chosen.insert(number)
      refused.remove(number)
    } else {
      refused.insert(number)
      chosen.remove(number)
    }
  }

  /// Whether a frame's interface is wanted.
  mutating func wants(_ number: UInt32) -> Bool {
    if number == lastNumber { return lastAnswer }
    if !chosen.contains(number), !refused.contains(number) {
      // Its first frame came before the news of it. One that is gone already was not asked for.
      note(number, interfaceName(number) ?? "")
    }
    (lastNumber, lastAnswer) = (number, chosen.contains(number))
    return lastAnswer
  }
}
