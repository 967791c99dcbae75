public import Wire

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
    public var atoms: ErlangTerm.AtomEncoding

    public init(id: UInt32, sequence: UInt32, atoms: ErlangTerm.AtomEncoding = .atom) {
      self.id = id
      self.sequence = sequence
      self.atoms = atoms
    }

    public init(_ bytes: Span<UInt8>) throws(MessageError) {
      let term = try AffinityTester.term(bytes)
      guard term["pod_name"] == nil else { throw .foreign }
      guard let id = term["id"]?.integer, let sequence = term["seq"]?.integer,
        (0...Int64(Int32.max)).contains(id), (0...Int64(UInt32.max)).contains(sequence)
      else { throw .badValue }
      self.init(
        id: UInt32(id),
        sequence: UInt32(sequence),
        atoms: AffinityTester.atoms(bytes)
      )
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
      let term = try AffinityTester.term(bytes)
      guard let name = term["pod_name"] else { throw .foreign }
      switch name {
      case .binary(let bytes): pod = String(decoding: bytes, as: UTF8.self).printable
      case .atom("nil"): pod = nil
      default: throw .badValue
      }
      guard let sequence = term["seq"]?.integer, let bits = term["x_address"]?.integer,
        (0...Int64(UInt32.max)).contains(sequence), (0..<(1 << 48)).contains(bits)
      else { throw .badValue }
      self.sequence = UInt32(sequence)
      reflective = ReflectiveAddress(rawValue: UInt64(bits))
    }

    public func write(
      atoms: ErlangTerm.AtomEncoding = .atom,
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

  private static func term(_ bytes: Span<UInt8>) throws(MessageError) -> ErlangTerm {
    guard isLikely(bytes) else { throw .foreign }
    do {
      return try ErlangTerm(bytes.extracting(droppingFirst: magicLength))
    } catch .foreign {
      // The magic word claims that a term follows.
      throw .badValue
    }
  }

  /// How the sender writes atoms, by its first key.
  private static func atoms(_ bytes: Span<UInt8>) -> ErlangTerm.AtomEncoding {
    let firstKey = magicLength + 6
    return bytes.count > firstKey && bytes[firstKey] == 119 ? .smallUTF8 : .atom
  }
}

/// The source that a pod saw, in 48 bits, masked with the client's id so that no box on the way rewrites it.
///
/// The high 32 bits are the IPv4 address XOR the id, the low 16 the port XOR the id's upper half. For an IPv6 source
/// the four words of its address are folded into one by XOR: a change still shows, and the port can be read, but not
/// the address.
@frozen
public struct ReflectiveAddress: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  public init(_ source: Endpoint, id: UInt32) {
    let address = source.address
    let word: UInt32 =
      address.isV4
      ? address.v4Bits
      : UInt32(
        truncatingIfNeeded: address.high >> 32 ^ address.high ^ address.low >> 32 ^ address.low
      )
    rawValue = UInt64(word ^ id) << 16 | UInt64(source.port ^ UInt16(truncatingIfNeeded: id >> 16))
  }

  /// The IPv4 source that the pod saw, as the client with this id can tell.
  public func source(id: UInt32) -> Endpoint {
    Endpoint(
      IPAddress(v4: UInt32(truncatingIfNeeded: rawValue >> 16) ^ id),
      UInt16(truncatingIfNeeded: rawValue) ^ UInt16(truncatingIfNeeded: id >> 16)
    )
  }
}
