internal import System
internal import Wire

/// One file of the log: messages of one node, as they came, behind a hello that says whose they are.
///
/// `0000000042.ipfix`: numbers grow, whatever node a file is of.
struct LogFile: Sendable {
  let directory: String
  let number: UInt64
  var node: Int?
  var length: UInt64 = 0
  var observations = 0
  /// The last moment that is told of in it.
  var newest = Timestamp(nanoseconds: .min)
  /// What of it could not be read when the collector began.
  var damage: LogReader.Damage?

  init(directory: String, number: UInt64) {
    self.directory = directory
    self.number = number
  }

  private static func folder(_ directory: String) -> NumberedFiles {
    NumberedFiles(in: directory, ending: ".ipfix")
  }

  var path: String { Self.folder(directory).path(of: number) }

  /// The files of a folder, the oldest first; what is called otherwise is not ours.
  static func all(in directory: String) throws(SystemError) -> [Self] {
    try folder(directory).numbers().map { Self(directory: directory, number: $0) }
  }

  func remove() { Self.folder(directory).remove(number) }
}
