import JSONText
import TestSupport

/// The schema of reports, and as much of JSON Schema as it uses but for patterns; Python's jsonschema knows those.
struct Schema {
  static let path = "\(Program.root)/docs/report.schema.json"

  static let hasValidator = (try? Command("python3", ["-c", "import jsonschema"]).status) == 0

  static let script = """
    import json, sys, jsonschema
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(json.load(open(sys.argv[2]))):
        print(error.json_path, error.message)
    """

  private let definitions: [String: JSONValue]

  init() throws {
    definitions = try JSONValue(text(ofFile: Self.path))["$defs"]?.object ?? [:]
  }

  /// Where a report is not as the schema says.
  func problems(of report: JSONValue) -> [String] {
    problems(report, definitions["report"] ?? .null, "$")
  }

  private func problems(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
    var found: [String] = []
    if let name = schema["$ref"]?.string?.split(separator: "/").last {
      guard let target = definitions[String(name)] else { return ["\(place): no \(name)"] }
      found += problems(value, target, place)
    }
    if let choices = schema["anyOf"]?.array,
      !choices.contains(where: { problems(value, $0, place).isEmpty })
    {
      found.append("\(place): none of the alternatives")
    }
    if let types = schema["type"].map({ $0.array ?? [$0] }),
      !types.contains(where: { $0.string.map(value.hasType) ?? false })
    {
      found.append("\(place): \(value) is of another type")
    }
    if let constant = schema["const"], constant != value { found.append("\(place): \(value)") }
    if let values = schema["enum"]?.array, !values.contains(value) {
      found.append("\(place): \(value)")
    }
    if let least = schema["minimum"]?.double, let number = value.double, number < least {
      found.append("\(place): \(number)")
    }
    if let most = schema["maximum"]?.double, let number = value.double, number > most {
      found.append("\(place): \(number)")
    }
    if let members = value.object { found += problems(ofMembers: members, schema, place) }
    if let elements = value.array, let items = schema["items"] {
      for (index, element) in elements.enumerated() {
        found += problems(element, items, "\(place)[\(index)]")
      }
    }
    return found
  }

  private func problems(
    ofMembers members: [String: JSONValue],
    _ schema: JSONValue,
    _ place: String
  ) -> [String] {
    var found: [String] = []
    for name in schema["required"]?.array?.compactMap(\.string) ?? [] where members[name] == nil {
      found.append("\(place).\(name) is missing")
    }
    for (name, member) in members {
      if let property = schema["properties"]?[name] {
        found += problems(member, property, "\(place).\(name)")
      } else if let others = schema["additionalProperties"] {
        if others == .bool(false) { found.append("\(place).\(name) is not expected") }
        found += problems(member, others, "\(place).\(name)")
      }
    }
    return found
  }
}

extension JSONValue {
  fileprivate func hasType(_ name: String) -> Bool {
    switch self {
    case .null: name == "null"
    case .bool: name == "boolean"
    case .integer: name == "integer" || name == "number"
    case .number: name == "number"
    case .string: name == "string"
    case .array: name == "array"
    case .object: name == "object"
    }
  }
}
