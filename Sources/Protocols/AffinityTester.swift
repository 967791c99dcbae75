internal import Wire

/// The affinity tester's messages: a magic word, then an Erlang map.
public enum AffinityTester {
  static let magic: StaticString = "maartensmagic"
  static let magicLength = 13

  /// Whether these bytes begin with the magic word.
  public static func isLikely(_ bytes: Span<UInt8>) -> Bool { bytes.holds(magic) }

  /// What a client asks: who it is and how often it has asked.
  public struct Request: Hashable, Sendable {
    /// 1,000,000,000 to 2,147,483,647 in the original; any 31 bits here.
    public var id: UInt32
    public var sequence: UInt32
    public var atoms: ErlangAtoms

    public init(id: UInt32, sequence: UInt32, atoms: ErlangAtoms = .atom) {
      self.id = id
      self.sequence = sequence
      self.atoms = atoms
    }

    public init(_ bytes: Span<UInt8>) throws(MessageError) {
      try self.init(Fields(bytes), atoms: AffinityTester.atoms(bytes))
    }

    init(_ fields: Fields, atoms: ErlangAtoms) throws(MessageError) {
      guard !fields.isAnswer else { throw .foreign }
      guard let id = fields.id, let sequence = fields.sequence,
        (0...Int64(Int32.max)).contains(id), (0...Int64(UInt32.max)).contains(sequence)
      else { throw .badValue }
      self.init(id: UInt32(id), sequence: UInt32(sequence), atoms: atoms)
    }

    public func write(to output: inout OutputSpan<UInt8>) {
      output.append(magic)
      output.append(mapOf: 2)
      output.append(atom: "id", as: atoms)
      // Always four bytes, as ids are large.
      output.append(98)
      output.append(bigEndian: id)
      output.append(atom: "seq", as: atoms)
      output.append(term: UInt64(sequence))
    }
  }

  /// What a pod answers: its name, the number of the request, and the source that it saw.
  public struct Answer: Hashable, Sendable {
    /// Nil where the pod does not know its name.
    public var pod: String?
    public var sequence: UInt32
    public var reflective: ReflectiveAddress

    public init(pod: String?, sequence: UInt32, reflective: ReflectiveAddress) {
      self.pod = pod
      self.sequence = sequence
      self.reflective = reflective
    }

    public init(_ bytes: Span<UInt8>) throws(MessageError) {
      let fields = try Fields(bytes)
      let (sequence, reflective) = try fields.answer
      self.init(
        pod: fields.pod.map { bytes.extracting($0).text.printable },
        sequence: sequence,
        reflective: reflective
      )
    }

    public func write(
      atoms: ErlangAtoms = .atom,
      to output: inout OutputSpan<UInt8>
    ) {
      output.append(magic)
      output.append(mapOf: 3)
      output.append(atom: "pod_name", as: atoms)
      if let pod {
        output.append(binary: Array(pod.utf8))
      } else {
        output.append(atom: "nil", as: atoms)
      }
      output.append(atom: "seq", as: atoms)
      output.append(term: UInt64(sequence))
      output.append(atom: "x_address", as: atoms)
      output.append(term: reflective.rawValue)
    }
  }

  /// How the sender writes atoms, by its first key.
  static func atoms(_ bytes: Span<UInt8>) -> ErlangAtoms {
    let firstKey = magicLength + 6
    return bytes.count > firstKey && bytes[firstKey] == 119 ? .smallUTF8 : .atom
  }
}

extension AffinityTester {
  /// What either message holds, the pod's name as its place among the bytes; reading it allocates nothing.
  struct Fields {
    private(set) var id: Int64?
    private(set) var sequence: Int64?
    private(set) var address: Int64?
    private(set) var pod: Range<Int>?
    /// Whether a pod is named, be it as unknown: only answers do that.
    private(set) var isAnswer = false

    init(_ bytes: Span<UInt8>) throws(MessageError) {
      guard isLikely(bytes) else { throw .foreign }
      var reader: ErlangReader
      do {
        reader = try ErlangReader(bytes, at: magicLength)
      } catch {
        // The magic word claims that a term follows.
        throw error == .foreign ? .badValue : error
      }
      for _ in 0..<(try reader.mapCount()) {
        let key = try reader.term(depth: 1)
        let value = try reader.term(depth: 1)
        guard case .atom(let name) = key else { continue }
        try take(value, as: bytes.extracting(name), in: bytes)
      }
      guard reader.isAtEnd else { throw .badLength }
    }

    private mutating func take(
      _ value: ErlangReader.Value,
      as key: Span<UInt8>,
      in bytes: Span<UInt8>
    ) throws(MessageError) {
      if key.equals("id") {
        id = try number(value, replacing: id)
      } else if key.equals("seq") {
        sequence = try number(value, replacing: sequence)
      } else if key.equals("x_address") {
        address = try number(value, replacing: address)
      } else if key.equals("pod_name") {
        guard !isAnswer else { throw .badValue }
        isAnswer = true
        switch value {
        case .binary(let name): pod = name
        case .atom(let name) where bytes.extracting(name).equals("nil"): break
        default: throw .badValue
        }
      }
    }

    private func number(_ value: ErlangReader.Value, replacing known: Int64?) throws(MessageError)
      -> Int64
    {
      guard known == nil, case .integer(let number) = value else { throw .badValue }
      return number
    }

    var answer: (sequence: UInt32, reflective: ReflectiveAddress) {
      get throws(MessageError) {
        guard isAnswer else { throw .foreign }
        guard let sequence, let address, (0...Int64(UInt32.max)).contains(sequence),
          (0..<(1 << 48)).contains(address)
        else { throw .badValue }
        return (UInt32(sequence), ReflectiveAddress(rawValue: UInt64(address)))
      }
    }
  }
}
