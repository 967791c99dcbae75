import Affinity
import Cluster
import CommandLineKit
import Correlation
import Live
import LiveCapture
import System
import Wire

extension LiveSource {
  /// Captures what the inventory's news ask for; what is to be said of them.
  mutating func take(_ news: InventoryFiles.News, _ scope: ServiceScope) -> [LiveNotice] {
    var notices = news.lines.map(LiveNotice.inventory)
    if let history = news.history {
      notices += widen(to: CaptureScope(history, scope, at: .now()))
    }
    return notices
  }
}
