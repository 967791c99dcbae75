internal import CPcap
public import Wire

/// A capture filter in libpcap's language (pcap-filter(7)), compiled for frames of one link type.
///
/// It holds the compiled instructions, not libpcap's structures, so it is a plain value: copies are cheap, threads may
/// share it, and nothing has to be released.
public struct PacketFilter: Sendable {
  /// What a program answers for a match is how many bytes to keep; with 0 for "all of them" nothing would match.
  private static let snapLength: Int32 = 262_144

  public let linkType: LinkType
  let instructions: [bpf_insn]

  /// Compiles an expression; an empty one matches everything.
  public init(_ expression: String, linkType: LinkType) throws(PacketFilterError) {
    self.linkType = linkType
    // SAFETY: the handle is closed below, after its last use.
    guard let handle = unsafe pcap_open_dead(Self.libpcapNumber(of: linkType), Self.snapLength)
    else {
      throw PacketFilterError(expression: expression, reason: "libpcap has no memory")
    }
    defer { unsafe pcap_close(handle) }
    var program = unsafe bpf_program()
    // SAFETY: the expression is copied; the program's instructions are released below.
    let status = unsafe pcap_compile(handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN)
    guard status == 0 else {
      // SAFETY: the message lives as long as the handle, and is copied.
      let reason = unsafe String(cString: pcap_geterr(handle))
      throw PacketFilterError(expression: expression, reason: reason)
    }
    defer { unsafe pcap_freecode(&program) }
    // SAFETY: libpcap says how many instructions there are.
    instructions = unsafe Array(
      UnsafeBufferPointer(start: program.bf_insns, count: Int(program.bf_len))
    )
  }

  /// How long the program is; the kernel takes no more than `CaptureSocket.kernelFilterLimit`.
  public var instructionCount: Int { instructions.count }

  /// Whether a frame, of which `bytes` were captured, passes.
  public func matches(_ bytes: Span<UInt8>, originalLength: UInt32) -> Bool {
    // SAFETY: a validated program only reads within the captured length, and writes nowhere.
    unsafe bytes.withUnsafeBufferPointer { frame in
      unsafe instructions.withUnsafeBufferPointer { instructions in
        unsafe bpf_filter(
          instructions.baseAddress,
          frame.baseAddress,
          originalLength,
          UInt32(frame.count)
        ) != 0
      }
    }
  }

  /// Savefiles number raw IP in three ways, where this system's libpcap has a fourth name for all of them.
  private static func libpcapNumber(of linkType: LinkType) -> Int32 {
    switch linkType {
    case .raw, .rawBSD, .rawOpenBSD: DLT_RAW
    default: Int32(linkType.rawValue)
    }
  }
}

/// Why a filter cannot be used, in libpcap's words.
public struct PacketFilterError: Error, Hashable, Sendable, CustomStringConvertible {
  public var expression: String
  public var reason: String

  public var description: String { "filter '\(expression)': \(reason)" }
}
