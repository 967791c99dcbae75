public import Correlation
public import LiveCapture
internal import Glibc
internal import Synchronization
internal import System

/// How far a replay has come.
public struct ReplayProgress: Hashable, Sendable {
  /// Bytes taken from all files so far, as they are stored.
  public var bytesRead: UInt64
  /// What there is to take; nil where a pipe is among the files.
  public var bytesTotal: UInt64?
}

/// Runs the captures of several nodes through an observer each, on as many threads as there are cores.
///
/// The result does not depend on how the threads run: `observations` is called on this thread only, with those of the
/// first node, then those of the second and so on, each node's in their order, some hundreds at a time. Nodes ahead of
/// their turn wait once they have a few such batches, so memory stays bounded. `progress` is called now and then, on this
/// thread too.
public func replay(
  _ nodes: [NodeCapture],
  filter: FilterSet? = nil,
  settings: NodeObserver.Settings = NodeObserver.Settings(),
  progress: (ReplayProgress) -> Void = { _ in },
  observations: (_ node: Int, ObservationBatch) -> Void
) -> [NodeSummary] {
  let bytesRead = Counter()
  let total = totalLength(nodes.flatMap(\.files))
  var replays: [NodeReplay] = []
  var queues: [BoundedQueue<NodeReplay.Delivery>] = []
  var firstFile = 0
  for node in nodes {
    let queue = BoundedQueue<NodeReplay.Delivery>(capacity: 8)
    queues.append(queue)
    replays.append(
      NodeReplay(
        capture: node,
        firstFile: firstFile,
        filter: filter,
        settings: settings,
        bytesRead: { bytesRead.add($0) },
        deliver: { queue.put($0) }
      )
    )
    firstFile += node.files.count
  }

  let workers = startWorkers(replays)
  defer { for worker in workers { worker.join() } }
  var summaries: [NodeSummary] = []
  for (node, queue) in queues.enumerated() {
    var isOpen = true
    while isOpen {
      switch queue.takeSoon() {
      case .observations(let some): observations(node, some)
      case .end(let summary):
        summaries.append(summary)
        isOpen = false
      case nil: break
      }
      progress(ReplayProgress(bytesRead: bytesRead.value, bytesTotal: total))
    }
  }
  return summaries
}

/// Starts a thread for each core, which take the nodes in their order; the nodes whose turn it is never wait.
private func startWorkers(_ replays: [NodeReplay]) -> [Worker] {
  let cores = usableCores()
  // A second thread for each node pays only where cores would idle without it.
  let isReadingAhead = replays.count * 2 <= cores
  let next = Counter()
  let workers = (0..<min(cores, replays.count)).compactMap { _ in
    try? Worker {
      while true {
        let index = Int(next.add(1))
        guard index < replays.count else { return }
        replays[index].run(readingAhead: isReadingAhead)
      }
    }
  }
  precondition(!workers.isEmpty || replays.isEmpty, "the system refuses another thread")
  return workers
}

/// The length of all files; nil where one of them is no regular file.
private func totalLength(_ paths: [String]) -> UInt64? {
  var total: UInt64 = 0
  for path in paths {
    var status = stat()
    // SAFETY: the system fills the structure, and keeps no pointer to it or to the path.
    guard path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    total &+= UInt64(max(0, status.st_size))
  }
  return total
}

/// A number that several threads add to.
private final class Counter: Sendable {
  private let number = Atomic<UInt64>(0)

  var value: UInt64 { number.load(ordering: .relaxed) }

  /// Answers what the number was before.
  @discardableResult
  func add(_ amount: UInt64) -> UInt64 {
    number.wrappingAdd(amount, ordering: .relaxed).oldValue
  }
}
