internal import CPcap
internal import Glibc

/// A filter as the kernel runs it at a packet socket, which has no link headers.
///
/// What the filter reads of the cooked header that we put in front of a frame, the kernel answers by itself; what lies
/// behind it, lies so much earlier.
struct KernelFilter {
  private let instructions: [bpf_insn]

  /// The most instructions that the kernel takes (BPF_MAXINSNS).
  static let limit = 4096

  /// Nil where the kernel cannot run it: it is too long, or reads what the kernel does not tell.
  init?(_ filter: borrowing PacketFilter, snapLength: Int) {
    guard filter.instructionCount <= Self.limit else { return nil }
    var instructions = filter.instructions
    for index in instructions.indices {
      guard let moved = Self.moved(instructions[index], snapLength) else { return nil }
      instructions[index] = moved
    }
    self.instructions = instructions
  }

  /// Lets only what passes into the socket's ring, from now on; whether the kernel took it.
  func attach(to socket: Int32) -> Bool {
    // SAFETY: the kernel copies the instructions; the tuple lies in memory as a struct sock_fprog.
    unsafe instructions.withUnsafeBufferPointer { buffer in
      var program = (count: UInt16(buffer.count), instructions: buffer.baseAddress)
      let length = unsafe socklen_t(MemoryLayout.size(ofValue: program))
      return unsafe setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, length) == 0
    }
  }

  private static let cookedHeader: UInt32 = 20
  /// SKF_AD_OFF: from here on offsets are questions to the kernel.
  private static let questions = UInt32(bitPattern: -0x1000)

  private static func moved(_ instruction: bpf_insn, _ snapLength: Int) -> bpf_insn? {
    var moved = instruction
    let (kind, mode) = (instruction.code & 0x07, instruction.code & 0xe0)
    switch (kind, mode) {
    case (0, 0x20), (0, 0x40), (1, 0xa0):
      guard let offset = offset(of: instruction, isAbsolute: mode == 0x20) else { return nil }
      moved.k = offset
    case (6, 0) where instruction.code == 6 && instruction.k != 0:
      // What a filter answers is how much of the packet is kept.
      moved.k = UInt32(clamping: max(1, snapLength - Int(cookedHeader)))
    default: break
    }
    return moved
  }

  private static func offset(of load: bpf_insn, isAbsolute: Bool) -> UInt32? {
    if load.k >= questions { return load.k }
    if load.k >= cookedHeader { return load.k - cookedHeader }
    guard isAbsolute else { return nil }
    // The offset, and whether it is a word (0), a half (0x08) or a byte (0x10) that is read.
    switch (load.k, load.code & 0x18) {
    case (0, 0x08): return questions + 0  // SKF_AD_PROTOCOL
    case (4, 0x00): return questions + 8  // SKF_AD_IFINDEX
    case (8, 0x08): return questions + 28  // SKF_AD_HATYPE
    case (10, 0x10): return questions + 4  // SKF_AD_PKTTYPE
    default: return nil
    }
  }
}
