internal import Wire

/// How a sender's records are to be read, as it said itself.
struct Template: Sendable {
  /// One field of a record, ours or not.
  struct Part: Sendable {
    /// Nil for what we do not read.
    var field: Field?
    var coding = Coding.unsigned
    var length: UInt16
  }

  var parts: [Part] = []
  /// The fields that a record will have.
  var fields: FieldSet = []
  /// The fewest bytes that a record takes.
  var leastLength = 0
  var unknownElements = 0

  mutating func add(_ element: InformationElement, length: UInt16) {
    var part = Part(length: length)
    leastLength += length == Column.variableLength ? 1 : Int(length)
    if let (field, coding) = Self.known[element] {
      if coding.allows(length) {
        part.field = field
        part.coding = coding
        fields.insert(field)
      }
    } else {
      unknownElements += 1
    }
    parts.append(part)
  }

  /// Every element that we write, but for those that only others read.
  private static let known: [InformationElement: (Field, Coding)] = {
    var known: [InformationElement: (Field, Coding)] = [:]
    for kind in RecordKind.allCases {
      for parts in [[], [RecordShape.Part.v6], [.wideTimes], [.v6, .wideTimes]] {
        var shape = RecordShape(kind)
        for part in parts + [.all] { shape.insert(part) }
        for column in shape.columns where column.coding != .milliseconds {
          known[column.element] = (column.field, column.coding)
        }
      }
    }
    return known
  }()
}

extension Coding {
  /// Whether a field of this length can be read so; numbers may be shorter than they are defined (RFC 7011, 6.2).
  func allows(_ length: UInt16) -> Bool {
    switch self {
    case .unsigned: (1...8).contains(length)
    case .boolean: length == 1
    case .address4: length == 4
    case .address6: length == 16
    case .ntp: length == 8
    case .milliseconds: false
    case .text: true
    }
  }
}

/// The templates of one session, of all its domains; bounded, whoever sends.
struct TemplateTable: Sendable {
  private var templates: [UInt64: Template] = [:]

  static let mostTemplates = 4_096
  static let mostFields = 256

  subscript(domain: UInt32, id: UInt16) -> Template? { templates[Self.key(domain, id)] }

  /// False where there are too many.
  mutating func set(_ template: Template, _ domain: UInt32, _ id: UInt16) -> Bool {
    let key = Self.key(domain, id)
    guard templates.count < Self.mostTemplates || templates[key] != nil else { return false }
    templates[key] = template
    return true
  }

  mutating func withdraw(_ domain: UInt32, _ id: UInt16) {
    templates[Self.key(domain, id)] = nil
  }

  mutating func withdrawAll(_ domain: UInt32) {
    templates = templates.filter { $0.key >> 16 != UInt64(domain) }
  }

  private static func key(_ domain: UInt32, _ id: UInt16) -> UInt64 {
    UInt64(domain) << 16 | UInt64(id)
  }
}
