/// How values of one kind are written on the command line: their placeholder, and text both ways.
public struct Notation<Value: Sendable>: Sendable {
  /// What stands for the value in help: `FILE`, `N`, `SECONDS`.
  public var placeholder: String
  /// The allowed values, where they can be listed.
  public var choices: [String] = []
  /// What a shell offers when the user presses the tab key.
  public var completion: Completion = .nothing
  let write: @Sendable (Value) -> String
  let read: @Sendable (String) throws(Failure) -> Value

  /// A notation of your own: `read` throws what is wrong, quoting the value (`'x' is no address`).
  public init(
    _ placeholder: String,
    write: @escaping @Sendable (Value) -> String = { "\($0)" },
    read: @escaping @Sendable (String) throws(Failure) -> Value
  ) {
    self.placeholder = placeholder
    self.write = write
    self.read = read
  }

  /// The same values under another placeholder.
  public func named(_ placeholder: String) -> Self {
    var copy = self
    copy.placeholder = placeholder
    return copy
  }
}

/// What a shell can offer for a value.
public enum Completion: Hashable, Sendable {
  case nothing
  case file
  case directory
  case choices([String])
}

extension Notation where Value == String {
  /// Any text.
  public static var text: Self { text("TEXT") }

  public static func text(_ placeholder: String) -> Self {
    Self(placeholder, write: { $0 }, read: { $0 })
  }

  /// The path of a file; `-` is left to the command.
  public static var file: Self {
    var notation = Self("FILE", write: { $0 }) { text throws(Failure) in
      guard !text.isEmpty else { throw Failure("the name of the file is missing") }
      return text
    }
    notation.completion = .file
    return notation
  }

  public static var directory: Self {
    var notation = text("DIR")
    notation.completion = .directory
    return notation
  }
}

extension Notation where Value: LosslessStringConvertible {
  /// A type that reads its own text: `.parsed("IP:PORT", as: "an endpoint")`.
  public static func parsed(_ placeholder: String, as what: String) -> Self {
    Self(placeholder, write: { $0.description }) { text throws(Failure) in
      guard let value = Value(text) else { throw Failure("'\(text)' is not \(what)") }
      return value
    }
  }
}

extension Notation where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One word of an enumeration.
  public static var choice: Self { choice("WORD") }

  public static func choice(_ placeholder: String) -> Self {
    let words = Value.allCases.map(\.rawValue)
    var notation = Self(placeholder, write: { $0.rawValue }) { text throws(Failure) in
      guard let value = Value(rawValue: text) else {
        throw Failure("'\(text)' is none of \(words.joined(separator: ", "))")
      }
      return value
    }
    notation.choices = words
    notation.completion = .choices(words)
    return notation
  }
}

extension Notation {
  /// Several values in one word, between commas; an empty element is refused.
  public static func list<Element>(
    of element: Notation<Element>
  ) -> Self where Value == [Element] {
    var notation = Self(
      element.placeholder + ",..",
      write: { $0.map(element.write).joined(separator: ",") }
    ) { text throws(Failure) in
      var values: [Element] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard !part.isEmpty else { throw Failure("'\(text)' has an empty element") }
        values.append(try element.read(String(part)))
      }
      return values
    }
    notation.choices = element.choices
    notation.completion = element.completion
    return notation
  }

  /// `KEY=VALUE`, as in `--node n1=first.pcap`.
  public static func pair<Left, Right>(
    _ left: Notation<Left>,
    _ right: Notation<Right>,
    separator: Character = "="
  ) -> Self where Value == Pair<Left, Right> {
    let placeholder = "\(left.placeholder)\(separator)\(right.placeholder)"
    return Self(
      placeholder,
      write: { "\(left.write($0.left))\(separator)\(right.write($0.right))" }
    ) { text throws(Failure) in
      guard let split = text.firstIndex(of: separator) else {
        throw Failure("'\(text)' is not \(placeholder)")
      }
      return Pair(
        try left.read(String(text[..<split])),
        try right.read(String(text[text.index(after: split)...]))
      )
    }
  }
}

/// The two halves of `KEY=VALUE`.
public struct Pair<Left: Sendable, Right: Sendable>: Sendable {
  public var left: Left
  public var right: Right

  public init(_ left: Left, _ right: Right) {
    self.left = left
    self.right = right
  }
}
