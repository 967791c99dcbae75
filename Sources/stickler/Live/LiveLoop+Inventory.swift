import CommandLineKit
import Live
import System

extension LiveLoop {
  /// A loop that wakes for the inventory's news, too.
  static func start(
    _ source: borrowing LiveSource,
    _ keyboard: Int32?,
    _ reports: Waker?,
    _ inventory: InventoryFollower
  ) throws(SystemError) -> Self {
    try start(source, keyboard, reports, inventory.waker)
  }

  static func start(
    for source: borrowing LiveSource,
    _ inventory: InventoryFollower
  ) throws(Failure) -> Self {
    do throws(SystemError) {
      return try start(source, nil, nil, inventory)
    } catch {
      throw Failure(error.description)
    }
  }
}
