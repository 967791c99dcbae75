internal import Glibc
public import Wire

/// A ring of pcapng savefiles in a folder: the oldest makes room for the next.
///
/// Files are named as dumpcap names its ring, `n1_00001_20261121064909.pcapng`, with a number that goes on where an
/// earlier ring of that name ended, and the UTC time of the first frame. What was flushed is on its way to the disk
/// whatever becomes of this process, since nothing stays in a buffer of ours; a file is written under its own name for
/// the same reason.
public struct SavefileRing: ~Copyable {
  public struct Settings: Sendable {
    public var directory: String
    /// What names begin with: the node.
    public var prefix: String
    /// How long a file may become, and how many are kept.
    public var fileLength = 64 << 20
    public var fileCount = 8
    /// How long a file's frames may lie apart.
    public var period: Interval?
    public var application: String

    public init(directory: String, prefix: String, application: String) {
      self.directory = directory
      self.prefix = prefix
      self.application = application
    }
  }

  /// A file of the ring that this process wrote.
  public struct File: Hashable, Sendable {
    public var path: String
    /// The frames before this file's first: those of it are numbered from the next on.
    public var framesBefore: UInt64
  }

  private let settings: Settings
  /// What files say of it that begin from now on.
  public var interface: CaptureInterface
  private var encoder: PcapngEncoder
  private var number: Int
  private var descriptor: Int32 = -1
  /// What was appended and not written yet, and where in it new files begin, each with its first frame's time.
  private var buffer: [UInt8] = []
  private var cuts: [(offset: Int, time: Timestamp, framesBefore: UInt64)] = []
  /// The current file's length with what waits for it, and its first frame's time.
  private var length = 0
  private var began: Timestamp?
  private var statistics = InterfaceStatistics()
  /// What had been counted when the current file began: each tells of its own frames.
  private var countedBefore = (received: UInt64(0), dropped: UInt64(0), delivered: UInt64(0))
  private var lastTime: Timestamp
  /// What interfaces counted by themselves, and its state when the current file began, which describes those that
  /// counted something since, by these numbers.
  private var devices: [String: InterfaceStatistics] = [:]
  private var devicesBefore: [String: InterfaceStatistics] = [:]
  private var deviceNumbers: [String: UInt32] = [:]
  /// Paths in order, those of earlier rings of this name included.
  private var paths: [String]
  /// What this process wrote and has not removed.
  public private(set) var files: [File] = []
  public private(set) var frameCount: UInt64 = 0
  /// Whether what is in the ring is wanted: then the oldest files stay until there are twice as many.
  public var keepsAll = false

  /// Begins with an empty file; `now` is the time in its name.
  public static func open(
    _ settings: Settings,
    interface: CaptureInterface,
    at now: Timestamp
  ) throws(CaptureFileError) -> Self {
    // SAFETY: the string outlives the call. A folder that is there already is what is wanted.
    if unsafe mkdir(settings.directory, 0o777) != 0, errno != EEXIST {
      throw CaptureFileError(
        file: settings.directory,
        operation: .open,
        reason: "cannot make this folder: " + systemReason()
      )
    }
    let earlier = try fileNames(in: settings.directory)
      .compactMap { file in RingFileName(file).map { (path: file, name: $0) } }
      .filter { $0.name.prefix == settings.prefix }
      .sorted { $0.name.number < $1.name.number }
    var ring = Self(
      settings,
      interface,
      number: (earlier.last?.name.number ?? 0) + 1,
      paths: earlier.map { settings.directory + "/" + $0.path },
      at: now
    )
    try ring.flush()
    return ring
  }

  private init(
    _ settings: Settings,
    _ interface: CaptureInterface,
    number: Int,
    paths: [String],
    at now: Timestamp
  ) {
    self.settings = settings
    self.interface = interface
    self.number = number
    self.paths = paths
    lastTime = now
    encoder = PcapngEncoder(application: settings.application, to: &buffer)
    buffer.removeAll()
    cut(at: now)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Takes a frame; it is written by the next `flush`.
  public mutating func append(_ frame: Span<UInt8>, originalLength: UInt32, at time: Timestamp) {
    let isFull = length >= settings.fileLength && began != nil
    let age = began.map { time.since($0) }
    let isOld = if let age, let period = settings.period { age >= period } else { false }
    if isFull || isOld {
      noteStatistics()
      cut(at: time)
    }
    let start = buffer.count
    encoder.append(
      PcapngEncoder.Packet(time: time, originalLength: originalLength, interface: 0),
      frame: frame,
      to: &buffer
    )
    length += buffer.count - start
    began = began ?? time
    lastTime = time
    frameCount &+= 1
  }

  /// Takes note of what the kernel counted, which stands at the end of every file.
  public mutating func note(received: UInt64, dropped: UInt64, at time: Timestamp) {
    guard received != statistics.received || dropped != statistics.droppedBySystem else { return }
    statistics.received = received
    statistics.droppedBySystem = dropped
    lastTime = max(lastTime, time)
    noteStatistics()
  }

  /// Takes note of what an interface counted by itself, which stands in the files under its own name; frames do not.
  ///
  /// Nothing is written of an interface that lost nothing.
  public mutating func note(
    _ statistics: InterfaceStatistics,
    of device: String,
    at time: Timestamp
  ) {
    let before = devicesBefore[device] ?? InterfaceStatistics()
    let hadLost = devices.updateValue(statistics, forKey: device)?.lost ?? 0
    guard statistics.lost > hadLost else { return }
    lastTime = max(lastTime, time)
    let start = buffer.count
    if deviceNumbers[device] == nil {
      var description = interface
      description.name = device
      deviceNumbers[device] = encoder.add(interface: description, to: &buffer)
    }
    // A device that was reset counts anew.
    func grown(_ counter: KeyPath<InterfaceStatistics, UInt64?>) -> UInt64? {
      guard let now = statistics[keyPath: counter] else { return nil }
      return now - min(now, before[keyPath: counter] ?? 0)
    }
    var ours = InterfaceStatistics()
    ours.received = grown(\.received)
    ours.droppedByInterface = grown(\.droppedByInterface)
    ours.droppedBySystem = grown(\.droppedBySystem)
    ours.droppedOnSending = grown(\.droppedOnSending)
    encoder.append(ours, of: deviceNumbers[device] ?? 0, at: lastTime, to: &buffer)
    length += buffer.count - start
  }

  private mutating func noteStatistics() {
    let start = buffer.count
    var ours = statistics
    ours.received = statistics.received.map { $0 - countedBefore.received }
    ours.droppedBySystem = statistics.droppedBySystem.map { $0 - countedBefore.dropped }
    ours.delivered = frameCount - countedBefore.delivered
    encoder.append(ours, of: 0, at: lastTime, to: &buffer)
    length += buffer.count - start
  }

  /// Begins a file with what stands at the beginning of each.
  private mutating func cut(at time: Timestamp) {
    cuts.append((buffer.count, time, frameCount))
    let start = buffer.count
    encoder = PcapngEncoder(application: settings.application, to: &buffer)
    _ = encoder.add(interface: interface, to: &buffer)
    length = buffer.count - start
    began = nil
    countedBefore = (statistics.received ?? 0, statistics.droppedBySystem ?? 0, frameCount)
    devicesBefore = devices
    deviceNumbers.removeAll()
  }

  /// Hands everything to the system.
  public mutating func flush() throws(CaptureFileError) {
    guard !buffer.isEmpty else { return }
    var start = 0
    for cut in cuts {
      try write(start..<cut.offset)
      try openNext(cut.time, framesBefore: cut.framesBefore)
      start = cut.offset
    }
    try write(start..<buffer.count)
    cuts.removeAll()
    buffer.removeAll(keepingCapacity: true)
  }

  private mutating func openNext(
    _ time: Timestamp,
    framesBefore: UInt64
  ) throws(CaptureFileError) {
    if descriptor >= 0 { close(descriptor) }
    let name = RingFileName(prefix: settings.prefix, number: number, time: time)
    let path = "\(settings.directory)/\(name)"
    // SAFETY: the string outlives the call.
    descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw CaptureFileError(file: path, operation: .open, reason: systemReason())
    }
    number += 1
    paths.append(path)
    files.append(File(path: path, framesBefore: framesBefore))
    while paths.count > settings.fileCount * (keepsAll ? 2 : 1) {
      let oldest = paths.removeFirst()
      // SAFETY: the string outlives the call. What somebody else removed needs no removal.
      unsafe unlink(oldest)
      files.removeAll { $0.path == oldest }
    }
  }

  private func write(_ range: Range<Int>) throws(CaptureFileError) {
    guard writeAll(range, of: buffer, to: descriptor) else {
      let path = files.last?.path ?? settings.directory
      throw CaptureFileError(file: path, operation: .write, reason: systemReason())
    }
  }
}

/// The name of a ring's file: `PREFIX_NUMBER_TIME.pcapng`, as dumpcap writes it.
public struct RingFileName: Hashable, Sendable, CustomStringConvertible {
  public var prefix: String
  public var number: Int
  /// Fourteen digits, from the year to the second.
  public var time: String

  init(prefix: String, number: Int, time: Timestamp) {
    self.prefix = prefix
    self.number = number
    // 2026-11-21T06:49:09.123456789Z
    self.time = String(time.description.prefix(19).filter { $0.isASCII && $0.isNumber })
  }

  /// Reads a file's name, whatever its ending; nil for one that is not of a ring.
  public init?(_ name: String) {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count >= 3, let time = parts.last?.prefix(while: { $0 != "." }),
      time.count == 14, Self.isDigits(time),
      parts[parts.count - 2].count >= 5, Self.isDigits(parts[parts.count - 2]),
      let number = Int(parts[parts.count - 2])
    else { return nil }
    prefix = parts.dropLast(2).joined(separator: "_")
    self.number = number
    self.time = String(time)
  }

  private static func isDigits(_ text: Substring) -> Bool {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  public var description: String {
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, 5 - digits.utf8.count))
    return "\(prefix)_\(zeros)\(digits)_\(time).pcapng"
  }
}

/// The names in a folder.
private func fileNames(in path: String) throws(CaptureFileError) -> [String] {
  // SAFETY: the path outlives the call; the stream is closed below.
  guard let folder = unsafe opendir(path) else {
    throw CaptureFileError(file: path, operation: .open, reason: systemReason())
  }
  defer { unsafe closedir(folder) }
  var names: [String] = []
  // SAFETY: an entry is valid until the next call, and its name is copied at once.
  while let entry = unsafe readdir(folder) {
    names.append(
      unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
    )
  }
  return names
}
