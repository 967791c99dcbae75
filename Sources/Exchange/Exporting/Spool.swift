public import Correlation
internal import Glibc
public import System
public import Wire

/// What a node observed, kept until somebody has taken it: IPFIX files in a folder, bounded, the oldest first.
///
/// Each file begins with a hello and its templates, and can be read by itself. Where there is no room the oldest file
/// goes, and its records are counted. What the disk does not take is kept in memory, as much as may be, and the disk is
/// tried again. Nothing is believed of a file that a crash left behind but its whole messages.
public struct Spool: ~Copyable, Sendable {
  public struct Settings: Sendable {
    /// Nil for a spool in memory alone.
    public var directory: String?
    /// The most bytes that all files take together; at least a megabyte.
    public var mostBytes: UInt64
    /// The most bytes that are kept in memory, where there is no disk or it takes nothing.
    public var mostMemory: UInt64 = 16 << 20
    public var node: String
    public var domain: UInt32
    /// When the agent's process began.
    public var epoch: UInt64

    public init(
      directory: String?,
      mostBytes: UInt64 = 256 << 20,
      node: String,
      domain: UInt32 = 1,
      epoch: UInt64
    ) {
      self.directory = directory
      self.mostBytes = max(mostBytes, 1 << 20)
      self.node = node
      self.domain = domain
      self.epoch = epoch
    }

    /// Where the next file is begun: some are always there to be dropped one by one, and little is told again after a
    /// connection was lost.
    var mostBytesOfFile: UInt64 {
      directory == nil ? max(mostMemory / 16, 1 << 16) : min(mostBytes / 8, 4 << 20)
    }
  }

  /// What did not stay whole.
  public struct Losses: Equatable, Sendable {
    /// Records that had to make room for later ones.
    public var droppedRecords = 0
    /// How often the disk took nothing.
    public var failedWrites = 0
    /// What a crash left of last messages, cut off when the folder was opened.
    public var tornBytes = 0

    public init() {}
  }

  public private(set) var losses = Losses()
  /// What the disk says now; nil while it takes what it is given.
  public private(set) var problem: SystemError?
  /// The files that are there, in their order; the last one is being written once anything was appended.
  private(set) var files: [SpoolFile] = []

  let settings: Settings
  private var encoder: MessageEncoder
  /// Whether the last file is being written.
  private var isOpen = false
  private var current: Descriptor?
  private var pending: [[UInt8]] = []
  private var nextNumber: UInt64
  /// How many records of this epoch are in messages that were handed to `files`.
  private var told: UInt64 = 0
  private var failedAt: Timestamp?

  /// Opens a folder, which is made where it is not there, and mends what a crash left behind.
  public init(_ settings: Settings) throws(SystemError) {
    var files: [SpoolFile] = []
    var tornBytes = 0
    var problem: SystemError?
    if let directory = settings.directory {
      // SAFETY: the path outlives the call.
      if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST {
        throw SystemError("make \(directory)", code: errno)
      }
      files = try SpoolFile.all(in: directory)
      for index in files.indices {
        do throws(SystemError) {
          tornBytes += try files[index].survey()
        } catch {
          // One file that cannot be read costs what is in it, and nothing else.
          problem = error
        }
      }
    }
    self.init(settings, files, tornBytes, problem)
  }

  private init(
    _ settings: Settings,
    _ files: [SpoolFile],
    _ tornBytes: Int,
    _ problem: SystemError?
  ) {
    self.settings = settings
    self.files = files.filter { $0.length > 0 }
    losses.tornBytes = tornBytes
    losses.failedWrites = problem == nil ? 0 : 1
    self.problem = problem
    nextNumber = (files.last?.number ?? 0) + 1
    encoder = MessageEncoder(MessageEncoder.Settings(domain: settings.domain))
    makeRoom(for: 0)
  }

  /// The bytes on disk and in memory.
  public var byteCount: UInt64 { files.reduce(0) { $0 + $1.byteCount } }
  private var memoryCount: UInt64 { files.reduce(0) { $0 + UInt64($1.tail.count) } }
  private var diskCount: UInt64 { files.reduce(0) { $0 + $1.length } }

  /// How many records of this epoch were told, the hellos of files among them.
  public var recordsTold: UInt64 { told }

  /// The place of the first record that is there, in its epoch.
  var firstPlace: UInt64 { files.first?.first ?? told }

  /// Whether a collector that has so many records of this epoch has all that is there.
  func isTaken(by acknowledged: UInt64) -> Bool {
    told <= acknowledged && files.allSatisfy { $0.epoch == settings.epoch }
  }

  /// Whether nothing is behind a position.
  func isEnd(_ position: SpoolPosition) -> Bool {
    guard let last = files.last else { return true }
    return position.file > last.number
      || position.file == last.number && position.offset >= last.byteCount
  }

  /// The place of a message's first record, where its file is of this epoch.
  func place(of message: [UInt8], in number: UInt64) -> UInt64? {
    guard let file = files.last(where: { $0.number == number }), file.epoch == settings.epoch,
      let header = MessageHeader(message.span)
    else { return nil }
    return file.first &+ UInt64(header.sequence &- UInt32(truncatingIfNeeded: file.first))
  }

  /// Adds observations, and writes the messages that are full.
  public mutating func append(_ observations: [Observation], at now: Timestamp) {
    var rest = observations[...]
    while !rest.isEmpty {
      // A few at a time, so that no file grows by more than it may.
      begin(at: now)
      encoder.append(Array(rest.prefix(Self.chunk)), at: now) { pending.append($0) }
      rest = rest.dropFirst(Self.chunk)
      write(at: now)
    }
  }

  /// Adds how runs are that go on.
  public mutating func append(ongoing runs: [Run], at now: Timestamp) {
    var rest = runs[...]
    while !rest.isEmpty {
      begin(at: now)
      encoder.append(ongoing: Array(rest.prefix(Self.chunk)), at: now) { pending.append($0) }
      rest = rest.dropFirst(Self.chunk)
      write(at: now)
    }
  }

  private static let chunk = 512

  /// Adds what the node counted.
  public mutating func append(_ tally: NodeTally, at now: Timestamp) {
    begin(at: now)
    encoder.append(tally, at: now) { pending.append($0) }
    write(at: now)
  }

  /// Adds what an interface lost.
  public mutating func append(_ loss: InterfaceLoss, at now: Timestamp) {
    begin(at: now)
    encoder.append(loss, at: now) { pending.append($0) }
    write(at: now)
  }

  /// Says that all which was seen up to a time has been appended.
  public mutating func append(watermark time: Timestamp, at now: Timestamp) {
    begin(at: now)
    encoder.append(Watermark(epoch: settings.epoch, time: time), at: now) { pending.append($0) }
    write(at: now)
  }

  /// Writes what was appended and is no full message yet.
  public mutating func flush(at now: Timestamp) {
    encoder.flush(at: now) { pending.append($0) }
    write(at: now)
  }

  /// Has the disk hold what was written, whatever happens next.
  public mutating func sync() {
    guard let number = current?.number, fsync(number) != 0 else { return }
    note(SystemError("write \(files.last?.path ?? "the spool")", code: errno), nil)
  }

  /// Removes the files of which a collector has every record; the one that is being written stays.
  public mutating func release(_ acknowledged: Acknowledgement) {
    release { $0.epoch == acknowledged.epoch && $0.end <= acknowledged.sequence }
  }

  /// Removes the files before the one that `position` is in: what was in them has been taken.
  public mutating func release(before position: SpoolPosition) {
    release { $0.number < position.file }
  }

  /// Removes everything, the file too that is being written.
  mutating func releaseAll() {
    current = nil
    isOpen = false
    release { _ in true }
  }

  private mutating func release(_ isTaken: (SpoolFile) -> Bool) {
    let last = isOpen ? files.last?.number : nil
    files.removeAll { file in
      guard file.number != last, isTaken(file) else { return false }
      file.remove()
      return true
    }
  }

  // MARK: Writing

  /// Begins a file where none is being written: with a hello, which says what comes.
  private mutating func begin(at now: Timestamp) {
    guard !isOpen else { return }
    isOpen = true
    encoder.forgetTemplates()
    var file = SpoolFile(directory: settings.directory, number: nextNumber)
    nextNumber += 1
    file.epoch = settings.epoch
    (file.first, file.end) = (told, told)
    open(file)
    files.append(file)
    let hello = AgentHello(
      node: settings.node,
      domain: settings.domain,
      epoch: settings.epoch,
      sequence: told
    )
    encoder.append(hello, at: now) { pending.append($0) }
  }

  private mutating func open(_ file: SpoolFile) {
    guard let path = file.path else { return }
    // SAFETY: the path outlives the call.
    let number = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if number >= 0 {
      current = Descriptor(owning: number)
    } else {
      note(SystemError("make \(path)", code: errno), nil)
    }
  }

  private mutating func write(at now: Timestamp) {
    guard !pending.isEmpty else { return }
    storePending(now)
    makeRoom(for: 0)
    endFileIfFull(at: now)
  }

  /// Hands over the messages that are full to the file that is being written.
  private mutating func storePending(_ now: Timestamp) {
    for message in pending { store(message, now) }
    pending.removeAll(keepingCapacity: true)
    // What the encoder has begun is in no message yet.
    told += UInt64(encoder.sequence &- UInt32(truncatingIfNeeded: told))
    files[files.count - 1].end = told
  }

  private mutating func store(_ message: [UInt8], _ now: Timestamp) {
    if let number = current?.number, files.last?.tail.isEmpty == true {
      makeRoom(for: UInt64(message.count))
      // The one that is being written stays the last.
      let last = files.count - 1
      guard let code = writeWhole(message, to: number) else {
        files[last].length += UInt64(message.count)
        problem = nil
        return
      }
      // The beginning of a message would make whatever follows it unreadable.
      _ = ftruncate(number, off_t(files[last].length))
      note(SystemError("write \(files[last].path ?? "the spool")", code: code), now)
    }
    files[files.count - 1].tail += message
  }

  private mutating func note(_ problem: SystemError, _ now: Timestamp?) {
    losses.failedWrites += 1
    self.problem = problem
    failedAt = now ?? failedAt
  }

  /// Ends the file where it is long enough, or where it is time to try the disk again.
  private mutating func endFileIfFull(at now: Timestamp) {
    guard isOpen, let file = files.last else { return }
    var isFull = file.byteCount >= settings.mostBytesOfFile
    if settings.directory != nil, !file.tail.isEmpty {
      let since = failedAt ?? now
      if failedAt == nil { failedAt = now }
      isFull = isFull || file.tail.count >= 1 << 20 || now < since || now >= since + .seconds(10)
    }
    guard isFull else { return }
    endFile(at: now)
  }

  private mutating func endFile(at now: Timestamp) {
    encoder.flush(at: now) { pending.append($0) }
    storePending(now)
    if let file = files.last, file.length == 0 { file.remove() }
    current = nil
    isOpen = false
    failedAt = nil
  }

  /// Drops the oldest files until so many bytes fit on the disk, and what is in memory is no more than may be.
  private mutating func makeRoom(for count: UInt64) {
    while diskCount + count > settings.mostBytes, files.count > (isOpen ? 1 : 0) {
      drop(at: 0)
    }
    while memoryCount > settings.mostMemory,
      let index = files.firstIndex(where: { !$0.tail.isEmpty }), files.count > (isOpen ? 1 : 0)
    {
      guard !isOpen || index < files.count - 1 else { return }
      drop(at: index)
    }
  }

  private mutating func drop(at index: Int) {
    losses.droppedRecords += files[index].recordCount
    files[index].remove()
    files.remove(at: index)
  }
}
