public import Correlation
internal import Glibc
public import System
public import Wire

/// What a node observed, kept on disk until somebody has taken it: IPFIX files in a folder, bounded, the oldest first.
///
/// Each file begins with its templates and can be read by itself. Where there is no room the oldest file goes, and its
/// records are counted. Nothing is believed of a file that a crash left behind but its whole messages.
public struct Spool: ~Copyable, Sendable {
  public struct Settings: Sendable {
    public let directory: String
    /// The most bytes that all files take together; at least a megabyte.
    public let mostBytes: UInt64
    public let encoder: MessageEncoder.Settings

    public init(
      directory: String,
      mostBytes: UInt64 = 256 << 20,
      encoder: MessageEncoder.Settings
    ) {
      self.directory = directory
      self.mostBytes = max(mostBytes, 1 << 20)
      self.encoder = encoder
    }

    /// Where the next file is begun; some of them are always there to be dropped one by one.
    var mostBytesOfFile: UInt64 { mostBytes / 8 }
  }

  /// What did not stay whole.
  public struct Losses: Equatable, Sendable {
    /// Records that had to make room for later ones.
    public var droppedRecords = 0
    /// Records that the disk did not take.
    public var unwrittenRecords = 0
    /// What a crash left of last messages, cut off when the folder was opened.
    public var tornBytes = 0

    public init() {}
  }

  public private(set) var losses = Losses()
  /// The files that are there, in their order; the last one is being written once anything was appended.
  private(set) var files: [SpoolFile] = []

  private let settings: Settings
  private var encoder: MessageEncoder
  private var current: Descriptor?
  private var pending: [UInt8] = []
  private var nextNumber: UInt64

  /// Opens a folder, which is made where it is not there, and mends what a crash left behind.
  public init(_ settings: Settings) throws(SystemError) {
    // SAFETY: the path outlives the call.
    if unsafe mkdir(settings.directory, 0o700) != 0, errno != EEXIST {
      throw SystemError("make \(settings.directory)", code: errno)
    }
    var files = try SpoolFile.all(in: settings.directory)
    var tornBytes = 0
    for index in files.indices { tornBytes += try files[index].mend() }
    self.init(settings, files, tornBytes)
  }

  private init(_ settings: Settings, _ files: [SpoolFile], _ tornBytes: Int) {
    self.settings = settings
    self.files = files.filter { $0.length > 0 }
    losses.tornBytes = tornBytes
    nextNumber = (files.last?.number ?? 0) + 1
    encoder = MessageEncoder(settings.encoder)
    makeRoom(for: 0)
  }

  /// The bytes that all files take.
  public var byteCount: UInt64 { files.reduce(0) { $0 + $1.length } }

  /// Adds observations, and writes the messages that are full.
  public mutating func append(_ observations: [Observation], at now: Timestamp) throws(SystemError)
  {
    var rest = observations[...]
    while !rest.isEmpty {
      // A few at a time, so that no file grows by more than it may.
      encoder.append(Array(rest.prefix(Self.chunk)), at: now) { pending += $0 }
      rest = rest.dropFirst(Self.chunk)
      try write()
      if let file = files.last, current != nil, file.length >= settings.mostBytesOfFile {
        try flush(at: now)
        endFile()
      }
    }
  }

  private static let chunk = 512

  /// Adds what the node counted.
  public mutating func append(_ tally: NodeTally, at now: Timestamp) throws(SystemError) {
    encoder.append(tally, at: now) { pending += $0 }
    try write()
  }

  /// Writes what was appended and is no full message yet.
  public mutating func flush(at now: Timestamp) throws(SystemError) {
    encoder.flush(at: now) { pending += $0 }
    try write()
  }

  /// Has the disk hold what was written, whatever happens next.
  public mutating func sync() throws(SystemError) {
    guard let number = current?.number, let file = files.last else { return }
    guard fsync(number) == 0 else { throw SystemError("write \(file.path)", code: errno) }
  }

  /// Removes the files before the one that `position` is in: what was in them has been taken.
  public mutating func release(before position: SpoolPosition) {
    while let file = files.first, file.number < position.file, files.count > 1 || current == nil {
      file.remove()
      files.removeFirst()
    }
  }

  private mutating func write() throws(SystemError) {
    guard !pending.isEmpty else { return }
    do throws(SystemError) {
      makeRoom(for: UInt64(pending.count))
      if current == nil { try begin() }
      guard let number = current?.number, let last = files.indices.last else { return }
      if let problem = writeWhole(pending, to: number) {
        // The beginning of a message would make whatever follows it unreadable.
        _ = ftruncate(number, off_t(files[last].length))
        throw SystemError("write \(files[last].path)", code: problem)
      }
      files[last].length += UInt64(pending.count)
      pending.removeAll(keepingCapacity: true)
    } catch {
      giveUpPending()
      throw error
    }
  }

  /// Forgets what could not be written, and counts it; what comes next goes into another file.
  private mutating func giveUpPending() {
    // The message that is not full yet needs templates that were told in the file that ends here.
    encoder.flush(at: Timestamp(nanoseconds: 0)) { pending += $0 }
    if let first = MessageHeader(pending.span) {
      losses.unwrittenRecords += Int(encoder.recordsTold &- first.sequence)
    }
    pending.removeAll(keepingCapacity: true)
    endFile()
  }

  private mutating func endFile() {
    current = nil
    encoder.forgetTemplates()
  }

  private mutating func begin() throws(SystemError) {
    let file = SpoolFile(directory: settings.directory, number: nextNumber)
    // SAFETY: the path outlives the call.
    let number = unsafe open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw SystemError("make \(file.path)", code: errno) }
    current = Descriptor(owning: number)
    files.append(file)
    nextNumber += 1
  }

  /// Drops the oldest files until so many bytes fit; the one that is being written stays.
  private mutating func makeRoom(for count: UInt64) {
    while byteCount + count > settings.mostBytes, files.count > (current == nil ? 0 : 1) {
      losses.droppedRecords += files[0].recordCount()
      files[0].remove()
      files.removeFirst()
    }
  }
}

/// Writes all bytes; the error's number where that fails.
private func writeWhole(_ bytes: [UInt8], to number: Int32) -> Int32? {
  var start = 0
  while start < bytes.count {
    // SAFETY: what is left of the array is as long as is said.
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.write(number, buffer.baseAddress?.advanced(by: start), buffer.count - start)
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return count < 0 ? errno : ENOSPC }
    start += count
  }
  return nil
}
