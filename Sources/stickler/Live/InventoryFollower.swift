import Cluster
import CommandLineKit
import System
import Wire

/// Looks after the inventory's files four times a second, on a thread of its own: a large one takes longer to read than
/// frames may wait.
final class InventoryFollower: Sendable {
  private let news = Locked<[InventoryFiles.News]>([])
  /// Wakes whoever waits for news.
  let waker: Waker

  init() throws(SystemError) {
    waker = try Waker()
  }

  static func made() throws(Failure) -> InventoryFollower {
    do throws(SystemError) {
      return try InventoryFollower()
    } catch {
      throw Failure(error.description)
    }
  }

  /// Goes on until the program ends.
  func start(_ files: InventoryFiles) throws(SystemError) {
    guard files.canChange else { return }
    try startThread { [self] in
      var files = files
      while true {
        sleep(until: .now() + .milliseconds(250))
        guard let found = files.look(at: .now()) else { continue }
        news.withLock { $0.append(found) }
        waker.wake()
      }
    }
  }

  /// Like `start`, with a failure of the command's.
  func start(following files: InventoryFiles?) throws(Failure) {
    guard let files else { return }
    do throws(SystemError) {
      try start(files)
    } catch {
      throw Failure(error.description)
    }
  }

  /// What was found since the last call.
  func takeNews() -> [InventoryFiles.News] {
    waker.clear()
    return news.withLock { news in
      defer { news.removeAll() }
      return news
    }
  }
}
