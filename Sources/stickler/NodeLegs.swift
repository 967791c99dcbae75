import CaptureFiles
import CommandLineKit
import Correlation
import LiveCapture
import Replay
import System

/// What one node's captures hold.
struct NodeLegs: Sendable {
  var files: NodeFiles
  var legs: [LegCount]
  var tally: FrameTally
  var interfaceNames: InterfaceNames
  var warnings: [CaptureWarning]
  var failures: [ReplayFailure]

  /// Reads a node's captures on all cores: threads take turns to read a batch, and count their batches side by side.
  static func read(
    _ files: NodeFiles,
    filter: FilterSet?,
    progress: consuming ProgressBar
  ) -> NodeLegs {
    let seed = UInt64.random(in: .min ... .max)
    let reading = Reading(files.paths, filter, progress)
    let total = Shared(LegCounter(seed: seed))
    // Reading is a third of the work and is done by one thread at a time: more than four would wait.
    onThreads(min(4, usableCores())) {
      var counter = LegCounter(seed: seed)
      var batch = CaptureBatch()
      while reading.next(into: &batch) { counter.add(batch) }
      total.counter.withLock { $0.add(counter) }
    }
    return reading.walk.withLock { walk in
      total.counter.withLock { counter in
        NodeLegs(
          files: files,
          legs: counter.legs,
          tally: counter.tally,
          interfaceNames: walk.interfaceNames,
          warnings: walk.warnings,
          failures: walk.failures
        )
      }
    }
  }
}

/// The captures of a node as several threads read them, and how far they are.
private final class Reading: Sendable {
  let walk: Locked<CaptureWalk>
  private let progress: Locked<ProgressBar>

  init(_ paths: [String], _ filter: FilterSet?, _ progress: consuming ProgressBar) {
    walk = Locked(CaptureWalk(paths, filter: filter))
    self.progress = Locked(progress)
  }

  func next(into batch: inout CaptureBatch) -> Bool {
    let (isMore, position) = walk.withLock { walk in (walk.next(into: &batch), walk.position) }
    progress.withLock { $0.advance(to: position) }
    return isMore
  }
}

private final class Shared: Sendable {
  let counter: Locked<LegCounter>

  init(_ counter: consuming LegCounter) {
    self.counter = Locked(counter)
  }
}
