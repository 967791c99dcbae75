/// The options of one command: `--name value`, `-o value`, and bare flags.
struct Options {
  private var values: [String: String] = [:]
  private(set) var operands: [String] = []

  init(_ arguments: ArraySlice<String>, flags: Set<String>, valued: Set<String>) throws(Refusal) {
    var rest = arguments
    while let argument = rest.popFirst() {
      if flags.contains(argument) {
        values[argument] = ""
      } else if valued.contains(argument) {
        guard let value = rest.popFirst() else { throw Refusal("\(argument): needs a value") }
        values[argument] = value
      } else if argument.hasPrefix("-") {
        throw Refusal("\(argument): no such option; try --help")
      } else {
        operands.append(argument)
      }
    }
  }

  subscript(name: String) -> String? { values[name] }

  func isSet(_ flag: String) -> Bool { values[flag] != nil }

  func required(_ name: String) throws(Refusal) -> String {
    guard let value = values[name] else { throw Refusal("\(name): missing; try --help") }
    return value
  }

  func number(_ name: String, default fallback: Int? = nil) throws(Refusal) -> Int {
    guard let text = values[name] else {
      guard let fallback else { throw Refusal("\(name): missing; try --help") }
      return fallback
    }
    guard let number = Int(text), number >= 0 else {
      throw Refusal("\(name) \(text): not a number")
    }
    return number
  }
}
