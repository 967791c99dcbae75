/// What the user gave to a command: checked already, and read by the descriptions of its options and operands.
public struct Arguments: Sendable {
  var options: [String: [Occurrence]] = [:]
  var operands: [String: [String]] = [:]
  /// Those that the command declared, so that asking for another is found by the first test.
  var known: Set<String> = []

  public subscript<Value>(option: Option<Value>) -> Value {
    get throws(Failure) {
      let name = option.specification.name
      precondition(known.contains("--" + name), "The command does not declare this option.")
      return try option.resolve(options[name] ?? [])
    }
  }

  public subscript<Value>(argument: Argument<Value>) -> Value {
    get throws(Failure) {
      let name = argument.specification.name
      precondition(known.contains(name), "The command does not declare this operand.")
      return try argument.resolve(operands[name] ?? [])
    }
  }

  /// Whether the option stood on the command line or in the environment, whatever its value.
  public func isGiven<Value>(_ option: Option<Value>) -> Bool {
    options[option.specification.name] != nil
  }

  func declares<Value>(_ option: Option<Value>) -> Bool {
    known.contains("--" + option.specification.name)
  }
}
