internal import Glibc
public import Wire

/// What tells one version of a file from the next.
public struct FileMark: Hashable, Sendable {
  private let device: UInt64
  private let number: UInt64
  private let length: Int64
  public let modified: Timestamp

  /// Nil where there is no such file, or it cannot be asked for.
  public init?(path: String) {
    var status = stat()
    // SAFETY: the system fills the structure, and keeps no pointer to it or to the path.
    guard unsafe stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
    length = Int64(status.st_size)
    let time = status.st_mtim
    modified = Timestamp(
      nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    )
  }
}
