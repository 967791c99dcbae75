/// An option of a command, typed by what it yields.
///
///     static let format = Option("format", short: "f", .choice, default: Format.text, "how to print")
///     static let filter = Option("filter", .text("BPF"), "which packets to read")        // Option<String?>
///     static let node = Option(repeating: "node", .text("NAME=FILE"), "…")               // Option<[String]>
///     static let follow = Option(flag: "follow", "keep reading")                         // Option<Bool>
///
/// The value is `try arguments[format]`.
public struct Option<Value: Sendable>: Sendable {
  public var specification: OptionSpecification
  let resolve: @Sendable ([Occurrence]) throws(Failure) -> Value

  /// An option that always has a value.
  public init(
    _ name: String,
    short: Character? = nil,
    _ notation: Notation<Value>,
    default value: Value,
    environment: String? = nil,
    section: String? = nil,
    _ summary: String
  ) {
    self.init(
      OptionSpecification(
        name,
        short,
        notation.placeholder,
        notation.choices,
        notation.completion,
        environment,
        section,
        summary,
        standard: notation.write(value)
      )
    ) { occurrences throws(Failure) in
      guard let last = occurrences.last else { return value }
      return try last.read(notation)
    }
  }

  /// An option that may be left out.
  public init<Wrapped>(
    _ name: String,
    short: Character? = nil,
    _ notation: Notation<Wrapped>,
    environment: String? = nil,
    section: String? = nil,
    _ summary: String
  ) where Value == Wrapped? {
    self.init(
      OptionSpecification(
        name,
        short,
        notation.placeholder,
        notation.choices,
        notation.completion,
        environment,
        section,
        summary
      )
    ) { occurrences throws(Failure) in
      guard let last = occurrences.last else { return nil }
      return try last.read(notation)
    }
  }

  /// An option that must be given.
  public init(
    required name: String,
    short: Character? = nil,
    _ notation: Notation<Value>,
    environment: String? = nil,
    section: String? = nil,
    _ summary: String
  ) {
    var specification = OptionSpecification(
      name,
      short,
      notation.placeholder,
      notation.choices,
      notation.completion,
      environment,
      section,
      summary
    )
    specification.isRequired = true
    self.init(specification) { occurrences throws(Failure) in
      guard let last = occurrences.last else {
        let variable = environment.map { " (or set \($0))" } ?? ""
        throw Failure("--\(name) \(notation.placeholder) is missing\(variable)")
      }
      return try last.read(notation)
    }
  }

  /// An option that may be given any number of times; in the environment, values stand between commas.
  public init<Element>(
    repeating name: String,
    short: Character? = nil,
    _ notation: Notation<Element>,
    environment: String? = nil,
    section: String? = nil,
    _ summary: String
  ) where Value == [Element] {
    var specification = OptionSpecification(
      name,
      short,
      notation.placeholder,
      notation.choices,
      notation.completion,
      environment,
      section,
      summary
    )
    specification.isRepeatable = true
    self.init(specification) { occurrences throws(Failure) in
      var values: [Element] = []
      for occurrence in occurrences {
        values.append(try occurrence.read(notation))
      }
      return values
    }
  }

  private init(
    _ specification: OptionSpecification,
    resolve: @escaping @Sendable ([Occurrence]) throws(Failure) -> Value
  ) {
    var specification = specification
    specification.check = { occurrences throws(Failure) in _ = try resolve(occurrences) }
    self.specification = specification
    self.resolve = resolve
  }
}

extension Option where Value == Bool {
  /// A switch that is off unless given; the environment may say 1, true, yes or on.
  public init(
    flag name: String,
    short: Character? = nil,
    environment: String? = nil,
    section: String? = nil,
    _ summary: String
  ) {
    self.init(
      OptionSpecification(name, short, nil, [], .nothing, environment, section, summary)
    ) { occurrences throws(Failure) in
      guard let last = occurrences.last else { return false }
      return try last.truth
    }
  }
}

/// What help, completions and the parser need to know of an option, whatever its type.
public struct OptionSpecification: Sendable {
  public var name: String
  public var short: Character?
  /// Nil for a flag.
  public var placeholder: String?
  public var choices: [String]
  public var completion: Completion
  /// The variable that is asked where the option is not given.
  public var environment: String?
  /// The heading under which help lists it.
  public var section: String?
  public var summary: String
  /// The default, as help shows it.
  public var standard: String?
  public var isRequired = false
  public var isRepeatable = false
  var check: @Sendable ([Occurrence]) throws(Failure) -> Void = { _ throws(Failure) in }

  init(
    _ name: String,
    _ short: Character?,
    _ placeholder: String?,
    _ choices: [String],
    _ completion: Completion,
    _ environment: String?,
    _ section: String?,
    _ summary: String,
    standard: String? = nil
  ) {
    precondition(
      !name.isEmpty && !name.hasPrefix("-") && !name.contains("="),
      "An option is named without its dashes."
    )
    self.name = name
    self.short = short
    self.placeholder = placeholder
    self.choices = choices
    self.completion = completion
    self.environment = environment
    self.section = section
    self.summary = summary
    self.standard = standard
  }
}

/// One place where a value was given.
struct Occurrence: Sendable {
  /// As the user wrote it: `--format`, `-f`, `UDPPORT`.
  var origin: String
  /// Nil for a flag on the command line.
  var text: String?

  func read<Value>(_ notation: Notation<Value>) throws(Failure) -> Value {
    do {
      return try notation.read(text ?? "")
    } catch {
      throw Failure("\(origin): \(error.message)")
    }
  }

  var truth: Bool {
    get throws(Failure) {
      switch text?.lowercased() {
      case nil, "1", "true", "yes", "on": return true
      case "0", "false", "no", "off": return false
      case .some:
        throw Failure("\(origin): '\(text ?? "")' is neither yes nor no")
      }
    }
  }
}

/// Anything that a command can list among its options.
public protocol OptionDescribing: Sendable {
  var specification: OptionSpecification { get }
}

extension Option: OptionDescribing {}
