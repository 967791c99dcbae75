import Cluster
import Collector
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

  /// Goes on until the program ends; has what is known kept for the process after this one, where it is a collector's.
  func start(
    _ files: InventoryFiles,
    keeping kept: KeptInventories? = nil
  ) throws(SystemError) {
    guard files.canChange || kept != nil else { return }
    try startThread { [self] in
      var (files, kept) = (files, kept)
      while true {
        var found = files.look(at: .now())
        if let lines = kept?.keep(files.states, until: files.heldUntil), !lines.isEmpty {
          found = found ?? InventoryFiles.News()
          found?.lines += lines
        }
        if let found {
          news.withLock { $0.append(found) }
          waker.wake()
        }
        sleep(until: .now() + .milliseconds(250))
      }
    }
  }

  /// Like `start`, with a failure of the command's.
  func start(
    following files: InventoryFiles?,
    keeping kept: KeptInventories? = nil
  ) throws(Failure) {
    guard let files else { return }
    do throws(SystemError) {
      try start(files, keeping: kept)
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
