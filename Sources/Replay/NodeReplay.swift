internal import CaptureFiles
internal import Correlation
internal import LiveCapture
internal import System

/// Replays one node on the thread that calls it, or on that and a second one which reads ahead.
struct NodeReplay: Sendable {
  enum Delivery: Sendable {
    case observations(ObservationBatch)
    case end(NodeSummary)
  }

  /// Sightings on their way from the thread that reads to the one that matches.
  ///
  /// Unchecked, because whichever thread took the block out of a queue owns it until it puts it into the other one.
  private final class Block: @unchecked Sendable {
    var sightings = SightingBatch()
  }

  private enum Step: Sendable {
    case block(Block)
    case end(NodeSummary)
  }

  /// So many blocks let reading run ahead while matching meets a hard stretch, and still fit the second-level cache.
  private static let blockCount = 4

  let capture: NodeCapture
  let firstFile: Int
  let filter: FilterSet?
  let settings: NodeObserver.Settings
  let bytesRead: @Sendable (UInt64) -> Void
  let deliver: @Sendable (Delivery) -> Void

  func run(readingAhead isReadingAhead: Bool) {
    var observer = NodeObserver(
      settings: settings,
      files: firstFile..<firstFile + capture.files.count
    )
    var summary = isReadingAhead ? readAhead(&observer) : readInline(&observer)
    observer.finish { deliver(.observations($0)) }
    summary.counts = observer.frames
    summary.matching = observer.counts
    summary.orphans = observer.orphans
    summary.began = observer.began
    summary.ended = observer.ended
    deliver(.end(summary))
  }

  private func readInline(_ observer: inout NodeObserver) -> NodeSummary {
    var batch = SightingBatch()
    return read { source in
      let isOpen = source.next(into: &batch)
      observe(batch, &observer)
      return isOpen
    }
  }

  private func readAhead(_ observer: inout NodeObserver) -> NodeSummary {
    let filled = BoundedQueue<Step>(capacity: Self.blockCount + 1)
    let vacant = BoundedQueue<Block>(capacity: Self.blockCount)
    for _ in 0..<Self.blockCount { vacant.put(Block()) }
    let reader = try? Worker {
      let end = read { source in
        let block = vacant.take()
        let isOpen = source.next(into: &block.sightings)
        filled.put(.block(block))
        return isOpen
      }
      filled.put(.end(end))
    }
    // A system that gives no more threads makes it slower, and no more.
    guard let reader else { return readInline(&observer) }
    while true {
      switch filled.take() {
      case .block(let block):
        observe(block.sightings, &observer)
        vacant.put(block)
      case .end(let end):
        reader.join()
        return end
      }
    }
  }

  private func observe(_ batch: borrowing SightingBatch, _ observer: inout NodeObserver) {
    observer.observe(batch) { deliver(.observations(.some($0))) }
  }

  /// Opens the files and calls `step` until it says that there is no more.
  private func read(_ step: (inout NodeSource) -> Bool) -> NodeSummary {
    var source: NodeSource
    do throws(CaptureFileError) {
      source = try NodeSource(capture, firstFile: firstFile, filter: filter)
    } catch {
      var summary = NodeSummary(name: capture.name, files: capture.files, firstFile: firstFile)
      summary.failures = [.file(error)]
      return summary
    }
    var position: UInt64 = 0
    var isOpen = true
    while isOpen {
      isOpen = step(&source)
      bytesRead(source.position &- position)
      position = source.position
    }
    source.finish()
    return source.summary
  }
}
