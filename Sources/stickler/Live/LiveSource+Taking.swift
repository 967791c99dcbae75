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

  /// Hands over the frames that wait, undecoded.
  mutating func take(_ keeper: Keeper) throws(Failure) -> Int {
    do throws(CaptureError) {
      return try read(keeper)
    } catch {
      throw Failure(error.description)
    }
  }

  mutating func take(_ batch: inout SightingBatch) throws(Failure) -> Int {
    do throws(CaptureError) {
      return try read(into: &batch)
    } catch {
      throw Failure(error.description)
    }
  }

  mutating func take(_ batch: inout SightingBatch, _ keeper: Keeper) throws(Failure) -> Int {
    do throws(CaptureError) {
      return try read(into: &batch, keeper: keeper)
    } catch {
      throw Failure(error.description)
    }
  }

  /// Hands over what the kernel holds back until its block is full or old enough: frames that came before the end.
  mutating func takeRest(
    _ settings: CaptureSettings,
    _ keeper: Keeper
  ) throws(Failure) {
    let end = Instant.now() + settings.timeout + .milliseconds(20)
    while Instant.now() < end {
      if try take(keeper) == 0 { sleep(until: min(end, .now() + .milliseconds(5))) }
    }
  }
}
