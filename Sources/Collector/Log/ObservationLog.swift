internal import Affinity
internal import Exchange
internal import Glibc
public import System
public import Wire

/// What agents told, on disk before it is acknowledged: IPFIX files in a folder, each of one node.
///
/// What waits is written and synced together (`commit`), at most a tenth of a second after it came. When a collector
/// starts it reads all of it again; a message that a kill cut in two was not acknowledged, and its agent sends it again.
public struct ObservationLog: ~Copyable, Sendable {
  public struct Settings: Sendable {
    public var directory: String
    /// Where the next file of a node is begun.
    public var mostBytesOfFile: UInt64 = 16 << 20

    public init(directory: String) {
      self.directory = directory
    }
  }

  /// Something that is safe from now on.
  public struct Safe: Hashable, Sendable {
    public var node: Int
    public var epoch: UInt64
    public var sequence: UInt64
  }

  private let settings: Settings
  private var logs: [LogBox] = []
  /// Files that are complete, the oldest first.
  private var files: [LogFile] = []
  private var nextNumber: UInt64 = 1

  /// Logs own descriptors, and arrays hold what can be copied.
  private final class LogBox: @unchecked Sendable {
    var log = NodeLog()
  }

  /// Opens a folder, which is made where it is not there.
  public init(_ settings: Settings) throws(SystemError) {
    // SAFETY: the path outlives the call.
    if unsafe mkdir(settings.directory, 0o700) != 0, errno != EEXIST {
      throw SystemError("make \(settings.directory)", code: errno)
    }
    let files = try LogFile.all(in: settings.directory)
    self.settings = settings
    self.files = files
    nextNumber = (files.last?.number ?? 0) + 1
  }

  /// Hands over all that is in it, in the order in which it came; answers what is wrong with its files, a line each.
  ///
  /// `body` answers the number of the message's node.
  public mutating func replay(_ body: (NodeMessage) -> Int) throws(SystemError) -> [String] {
    var problems: [String] = []
    for index in files.indices {
      var reader = try LogReader(path: files[index].path)
      while let message = try reader.next() {
        files[index].node = body(message)
        files[index].note(message.decoded)
      }
      files[index].length = reader.offset
      guard let damage = reader.damage else { continue }
      files[index].damage = damage
      problems.append(
        "\(files[index].path): \(damage.bytes) bytes from byte \(damage.from) on are no messages of an agent; they are left "
          + "out"
      )
    }
    return problems
  }

  /// What of its files could not be read.
  var damages: [LogReader.Damage] { files.compactMap(\.damage) }

  /// Says how much could not be read, by node; nothing of what was told before a moment.
  func blindSpots(since moment: Timestamp) -> [Report.BlindSpot] {
    var bytes: [String?: UInt64] = [:]
    for damage in damages where damage.before >= moment {
      bytes[damage.node, default: 0] += damage.bytes
    }
    return bytes.sorted { $0.key ?? "" < $1.key ?? "" }.map { node, count in
      Report.BlindSpot(
        "damaged-log",
        at: node ?? "collector",
        "\(count) bytes of what \(node == nil ? "an" : "its") agent told cannot be read in the collector's log any more: what "
          + "they said is not in this report"
      )
    }
  }

  /// Has a new message of a node wait for the next commit.
  public mutating func append(_ message: [UInt8], _ told: NodeMessage, of node: Int) {
    while logs.count <= node { logs.append(LogBox()) }
    logs[node].log.append(message, told, mostBytes: settings.mostBytesOfFile) {
      defer { nextNumber += 1 }
      var file = LogFile(directory: settings.directory, number: nextNumber)
      file.node = node
      return file
    }
  }

  /// Takes note of a message that is known already: others may need its templates.
  public mutating func note(_ message: [UInt8], of node: Int) {
    while logs.count <= node { logs.append(LogBox()) }
    logs[node].log.note(message)
  }

  /// Whether there was nothing in it, and no file is complete yet.
  var isEmpty: Bool { files.isEmpty }

  public var pendingBytes: Int { logs.reduce(0) { $0 + $1.log.pendingBytes } }

  /// The bytes of all files, those that wait left out.
  public var byteCount: UInt64 {
    files.reduce(0) { $0 + $1.length } + logs.reduce(0) { $0 + ($1.log.current?.length ?? 0) }
  }

  /// Writes what waits; what is safe by then is handed over, also where something else fails.
  public mutating func commit(_ safe: (Safe) -> Void) throws(SystemError) {
    var failure: SystemError?
    for (node, box) in logs.enumerated() where box.log.isDirty {
      do throws(SystemError) {
        let (marks, ended) = try box.log.commit()
        files += ended
        for mark in marks { safe(Safe(node: node, epoch: mark.epoch, sequence: mark.sequence)) }
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }

  /// Removes files of which nothing is remembered: all they tell is older than `time`, or so much came after it that it
  /// had to be forgotten.
  ///
  /// The last file of each node stays: it says how far its agent is.
  public mutating func release(before time: Timestamp, mostObservations: Int) {
    var later = logs.reduce(0) { $0 + ($1.log.current?.observations ?? 0) }
    var hasLater = Set(logs.indices.filter { logs[$0].log.current != nil })
    var kept: [LogFile] = []
    for file in files.reversed() {
      let isForgotten = file.newest < time || later >= mostObservations
      later += file.observations
      if isForgotten, let node = file.node, hasLater.contains(node) {
        file.remove()
        continue
      }
      if let node = file.node { hasLater.insert(node) }
      kept.append(file)
    }
    files = kept.reversed()
  }
}
