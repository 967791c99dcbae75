internal import Glibc

/// A folder that one process has for itself; the kernel gives it back when the process ends, however it does.
public struct FolderLock: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// Takes a folder, which is made where it is not there; nil where another process has it.
  ///
  /// A file system that knows no locks leaves every folder to everybody.
  public init?(of folder: String) throws(SystemError) {
    // SAFETY: the path outlives the calls.
    if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST { throw SystemError("make \(folder)") }
    let number = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw SystemError("read \(folder)") }
    descriptor = Descriptor(owning: number)
    guard flock(number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return nil }
  }
}
