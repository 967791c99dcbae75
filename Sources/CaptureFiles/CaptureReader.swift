/// Reads a capture from its beginning to its end, a batch of records at a time.
///
/// Everything in the file is a claim. Nothing that it says can make the reader trap, read outside the file's bytes or
/// allocate more than the bytes that are really there call for.
public struct CaptureReader: ~Copyable, Sendable {
  /// What messages call the file.
  public let name: String
  /// What did not stop the reading; complete after the last batch.
  public private(set) var warnings: [CaptureWarning] = []

  private var source: ByteSource
  private var pcap: PcapParser?
  private var pcapng: PcapngParser?
  /// Bytes that were read and not yet parsed: the record that the last block cut in two.
  private var tail: [UInt8]
  /// Where the first byte of `tail` stands in the file.
  private var tailOffset: UInt64
  /// To be thrown once the records before it have been delivered.
  private var failure: CaptureFileError?
  private var isAtEnd = false

  /// Opens a file; `-` is standard input.
  public init(path: String) throws(CaptureFileError) {
    if path == "-" {
      guard !ByteInput.isTerminal(0) else {
        throw CaptureFileError(
          file: "standard input",
          operation: .open,
          reason: "this is a terminal: pipe a capture into it, as in tcpdump -w - | ..."
        )
      }
      try self.init(descriptor: 0, name: "standard input")
    } else {
      try self.init(ByteInput(path: path))
    }
  }

  /// Reads an open descriptor, which stays the caller's to close.
  public init(descriptor: Int32, name: String) throws(CaptureFileError) {
    try self.init(ByteInput(descriptor: descriptor, name: name))
  }

  public init(bytes: [UInt8], name: String) throws(CaptureFileError) {
    try self.init(ByteInput(bytes: bytes, name: name))
  }

  private init(_ input: consuming ByteInput) throws(CaptureFileError) {
    var source = try ByteSource(input)
    let head = try Self.head(of: &source)
    let isPcapng = PcapngParser.recognises(head.span)
    pcap = isPcapng ? nil : try Self.recognise(head, in: source)
    pcapng = isPcapng ? PcapngParser() : nil
    let headerLength = isPcapng ? 0 : PcapParser.fileHeaderLength
    tail = Array(head.dropFirst(headerLength))
    tailOffset = UInt64(headerLength)
    name = source.name
    self.source = source
  }

  /// What there is of the first 4 KiB, at least a file header's length if the file is as long.
  private static func head(of source: inout ByteSource) throws(CaptureFileError) -> [UInt8] {
    var head = Array(repeating: UInt8(0), count: 4096)
    var filled = 0
    while filled < PcapParser.fileHeaderLength {
      let count = try source.read(into: &head, at: filled..<head.count)
      guard count > 0 else { break }
      filled += count
    }
    return Array(head.prefix(filled))
  }

  private static func recognise(_ head: [UInt8], in source: borrowing ByteSource)
    throws(CaptureFileError) -> PcapParser
  {
    func refuse(_ reason: String, at offset: Int? = nil) -> CaptureFileError {
      CaptureFileError(
        file: source.name,
        operation: .recognise,
        reason: reason,
        offset: offset.map(UInt64.init),
        isDecompressed: source.isCompressed
      )
    }
    // A block of zstd, up to 128 KiB of content, comes out as a whole or not at all.
    if head.count < PcapParser.fileHeaderLength, let cut = source.warning,
      cut.kind == .streamCutShort
    {
      throw refuse("\(cut.reason) before anything of the capture can be read")
    }
    guard !head.isEmpty else { throw refuse("this is not a capture: the file is empty") }
    let isStart = PcapParser.Magic(head.span) != nil || head.starts(with: [0x0a, 0x0d, 0x0d, 0x0a])
    guard isStart else {
      throw refuse("this is not a capture: it looks like \(FileKind.name(of: head))")
    }
    guard head.count >= PcapParser.fileHeaderLength else {
      throw refuse("the file ends inside its header", at: head.count)
    }
    do throws(ParseFailure) {
      guard let parser = try PcapParser(fileHeader: head.span) else {
        throw ParseFailure("a section header has no byte-order magic", at: 8)
      }
      return parser
    } catch {
      throw refuse(error.reason, at: error.offset)
    }
  }

  /// The interfaces named so far: the list only grows, so that an index stays valid.
  public var interfaces: [CaptureInterface] {
    pcapng?.interfaces ?? pcap.map { [$0.interface] } ?? []
  }

  /// As `interfaces.count`, without making a list.
  var interfaceCount: Int { pcapng?.interfaces.count ?? 1 }

  /// The section headers so far; empty for pcap, which has none.
  public var sections: [CaptureSection] { pcapng?.sections ?? [] }

  /// The names of addresses that the file told so far.
  public var names: [ResolvedName] { pcapng?.names ?? [] }

  /// Bytes taken from the file so far, for a progress bar; with compression fewer than were parsed.
  public var position: UInt64 { source.position }

  /// The length of the file, unless it is a pipe.
  public var length: UInt64? { source.length }

  /// Replaces the batch by the file's next records; `false` at its end.
  ///
  /// What is wrong with a file is thrown by the call after the one that delivered the last good records.
  public mutating func next(into batch: inout RecordBatch) throws(CaptureFileError) -> Bool {
    batch.reset()
    if let failure {
      self.failure = nil
      throw failure
    }
    guard !isAtEnd else { return false }

    var filled = tail.count
    batch.makeRoom(filled)
    batch.bytes.replaceSubrange(0..<filled, with: tail)
    while true {
      let progress = parse(
        batch.bytes,
        first: filled,
        into: &batch.records,
        &batch.annotations
      )
      if let failure = progress.failure {
        isAtEnd = true
        let error = CaptureFileError(
          file: name,
          operation: .parse,
          reason: failure.reason,
          offset: tailOffset + UInt64(failure.offset)
        )
        guard !batch.records.isEmpty else { throw error }
        self.failure = error
        return true
      }
      tailOffset += UInt64(progress.consumed)
      guard batch.records.isEmpty else {
        tail.removeAll(keepingCapacity: true)
        tail.append(contentsOf: batch.bytes[progress.consumed..<filled])
        return true
      }
      batch.bytes.moveToFront(progress.consumed..<filled)
      filled -= progress.consumed
      let needed = max(progress.needed, filled + 1)
      while filled < needed {
        // Room grows as bytes come: a claimed length alone allocates nothing.
        batch.makeRoom(filled)
        let end = min(batch.bytes.count, filled + RecordBatch.blockLength)
        let count = try source.read(into: &batch.bytes, at: filled..<end)
        guard count > 0 else {
          finish(leftOver: filled)
          return false
        }
        filled += count
      }
    }
  }

  private mutating func parse(
    _ bytes: [UInt8],
    first count: Int,
    into records: inout [CaptureRecord],
    _ annotations: inout [RecordAnnotation]
  ) -> ParseProgress {
    let bytes = bytes.span.extracting(first: count)
    return pcap?.parse(bytes, into: &records)
      ?? pcapng?.parse(bytes, into: &records, &annotations) ?? ParseProgress()
  }

  private mutating func finish(leftOver: Int) {
    isAtEnd = true
    if let warning = source.warning { warnings.append(warning) }
    if let lost = pcapng?.lostNames, lost > 0 {
      warn(.namesLeftOut, "\(lost) names were left out: only \(PcapngParser.mostNames) are kept")
    }
    if leftOver > 0 {
      let bytes = leftOver == 1 ? "1 byte" : "\(leftOver) bytes"
      warn(.recordCutShort, "the last record is cut short: the file ends \(bytes) into it")
    }
  }

  private mutating func warn(_ kind: CaptureWarning.Kind, _ reason: String) {
    warnings.append(
      CaptureWarning(
        file: name,
        kind: kind,
        offset: tailOffset,
        isDecompressed: source.isCompressed,
        reason: reason
      )
    )
  }
}
