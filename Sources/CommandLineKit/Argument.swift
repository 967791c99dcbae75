/// An operand of a command, typed by what it yields.
///
///     static let files = Argument(repeating: "FILE", .file, "captures to read; - is standard input")
///     static let mode = Argument(optional: "MODE", .text, "the failure mode")
///
/// The value is `try arguments[files]`. Operands are given out in order; only the last may repeat.
public struct Argument<Value: Sendable>: Sendable {
  public var specification: ArgumentSpecification
  let resolve: @Sendable ([String]) throws(Failure) -> Value

  /// An operand that must be given.
  public init(_ name: String, _ notation: Notation<Value>, _ summary: String) {
    self.init(
      ArgumentSpecification(name, notation, minimum: 1, maximum: 1, summary)
    ) { words throws(Failure) in
      guard let word = words.first else { throw missing(name) }
      return try read(word, notation, name)
    }
  }

  /// An operand that may be left out.
  public init<Wrapped>(
    optional name: String,
    _ notation: Notation<Wrapped>,
    _ summary: String
  ) where Value == Wrapped? {
    self.init(
      ArgumentSpecification(name, notation, minimum: 0, maximum: 1, summary)
    ) { words throws(Failure) in
      guard let word = words.first else { return nil }
      return try read(word, notation, name)
    }
  }

  /// All operands that are left.
  public init<Element>(
    repeating name: String,
    _ notation: Notation<Element>,
    atLeast minimum: Int = 1,
    _ summary: String
  ) where Value == [Element] {
    self.init(
      ArgumentSpecification(name, notation, minimum: minimum, maximum: nil, summary)
    ) { words throws(Failure) in
      guard words.count >= minimum else { throw missing(name) }
      var values: [Element] = []
      for word in words { values.append(try read(word, notation, name)) }
      return values
    }
  }

  private init(
    _ specification: ArgumentSpecification,
    resolve: @escaping @Sendable ([String]) throws(Failure) -> Value
  ) {
    var specification = specification
    specification.check = { words throws(Failure) in _ = try resolve(words) }
    self.specification = specification
    self.resolve = resolve
  }
}

/// What help, completions and the parser need to know of an operand, whatever its type.
public struct ArgumentSpecification: Sendable {
  public var name: String
  public var summary: String
  public var minimum: Int
  /// Nil where any number may follow.
  public var maximum: Int?
  public var choices: [String]
  public var completion: Completion
  var check: @Sendable ([String]) throws(Failure) -> Void = { _ throws(Failure) in }

  init<Value>(
    _ name: String,
    _ notation: Notation<Value>,
    minimum: Int,
    maximum: Int?,
    _ summary: String
  ) {
    self.name = name
    self.summary = summary
    self.minimum = minimum
    self.maximum = maximum
    choices = notation.choices
    completion = notation.completion
  }

  /// As a synopsis shows it: `FILE...`, `[MODE]`.
  var usage: String {
    let repeated = maximum == nil ? "\(name)..." : name
    return minimum == 0 ? "[\(repeated)]" : repeated
  }
}

private func missing(_ name: String) -> Failure { Failure("\(name) is missing") }

private func read<Value>(
  _ word: String,
  _ notation: Notation<Value>,
  _ name: String
) throws(Failure) -> Value {
  do {
    return try notation.read(word)
  } catch {
    throw Failure("\(name): \(error.message)")
  }
}

/// Anything that a command can list among its operands.
public protocol ArgumentDescribing: Sendable {
  var specification: ArgumentSpecification { get }
}

extension Argument: ArgumentDescribing {}
