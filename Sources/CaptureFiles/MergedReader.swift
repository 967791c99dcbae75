/// Reads several captures of one timeline as if they were one: by time, and at equal times in the order of the files.
///
/// A file's own records keep their order even where their times go back.
public struct MergedReader: ~Copyable {
  /// An interface of one of the files.
  public struct Source: Hashable, Sendable {
    /// The file, as an index into `files`.
    public var file: Int
    /// The interface, as an index into that file's interfaces.
    public var interface: Int
  }

  /// What messages call the files.
  public let files: [String]
  /// What the `interface` of a merged record is an index into; the list only grows.
  public private(set) var sources: [Source] = []

  private let lanes: [MergedLane]
  /// The lanes' next times, side by side, so that the search for the earliest looks into no lane.
  private var headTimes: [Int64] = []
  private var isStarted = false
  /// To be thrown once the records before them have been delivered.
  private var failures: [CaptureFileError] = []

  public init(paths: [String]) throws(CaptureFileError) {
    var lanes: [MergedLane] = []
    for path in paths {
      lanes.append(MergedLane(file: lanes.count, try CaptureReader(path: path)))
    }
    self.init(lanes)
  }

  /// Reads files that are in memory.
  public init(files: [(name: String, bytes: [UInt8])]) throws(CaptureFileError) {
    var lanes: [MergedLane] = []
    for file in files {
      let reader = try CaptureReader(bytes: file.bytes, name: file.name)
      lanes.append(MergedLane(file: lanes.count, reader))
    }
    self.init(lanes)
  }

  private init(_ lanes: [MergedLane]) {
    self.lanes = lanes
    files = lanes.map { $0.reader.name }
  }

  /// The file that a merged record comes from, as an index into `files`.
  public func file(of record: CaptureRecord) -> Int { sources[Int(record.interface)].file }

  /// The interface that a merged record was taken on.
  public func interface(of record: CaptureRecord) -> CaptureInterface {
    let source = sources[Int(record.interface)]
    return lanes[source.file].reader.interfaces[source.interface]
  }

  /// All interfaces of a file so far.
  public func interfaces(ofFile file: Int) -> [CaptureInterface] { lanes[file].reader.interfaces }

  public var warnings: [CaptureWarning] { lanes.flatMap { $0.reader.warnings } }

  /// Bytes taken from all the files so far.
  public var position: UInt64 { lanes.reduce(0) { $0 &+ $1.reader.position } }

  /// The length of all the files, unless one of them is a pipe.
  public var length: UInt64? {
    lanes.reduce(0) { sum, lane in sum.flatMap { sum in lane.reader.length.map { sum &+ $0 } } }
  }

  /// Replaces the batch by the next records; `false` at the end of all files.
  ///
  /// Each record is copied once; its number stays the one in its own file. What is wrong with a file is thrown when
  /// its good records have been delivered, and the next call goes on with the other files.
  public mutating func next(into batch: inout RecordBatch) throws(CaptureFileError) -> Bool {
    batch.reset()
    if !isStarted {
      isStarted = true
      for lane in lanes { refill(lane) }
      headTimes = lanes.map(\.headTime)
    }
    var filled = 0
    while failures.isEmpty, let index = earliest {
      let lane = lanes[index]
      let end = filled + lane.headLength
      guard batch.records.isEmpty || end <= RecordBatch.blockLength else { break }
      batch.makeRoom(filled, for: lane.headLength)
      lane.moveHead(to: &batch, at: filled)
      filled = end
      if lane.isSpent { refill(lane) }
      headTimes[index] = lane.headTime
    }
    if batch.records.isEmpty, let failure = failures.popLast() { throw failure }
    return !batch.records.isEmpty
  }

  /// The lane whose next record is the earliest; the first of several.
  private var earliest: Int? {
    guard !headTimes.isEmpty else { return nil }
    var best = 0
    for index in headTimes.indices where headTimes[index] < headTimes[best] { best = index }
    // A record may really have the latest of all times: only then are the lanes asked.
    guard headTimes[best] == .max else { return best }
    return lanes.firstIndex { !$0.isSpent }
  }

  private mutating func refill(_ lane: MergedLane) {
    do throws(CaptureFileError) {
      try lane.refill()
    } catch {
      failures.append(error)
    }
    while lane.interfaces.count < lane.reader.interfaceCount {
      let source = Source(file: lane.file, interface: lane.interfaces.count)
      lane.interfaces.append(UInt32(sources.count))
      sources.append(source)
    }
  }
}
