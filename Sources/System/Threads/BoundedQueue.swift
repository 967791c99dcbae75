/// Hands values from one thread to another; whoever is ahead waits.
///
/// Meant for values that are worth the some 100 ns of a lock: batches, never packets.
public final class BoundedQueue<Element: Sendable>: Sendable {
  private let elements = Locked<[Element]>([])
  private let filled: Semaphore
  private let vacant: Semaphore

  public init(capacity: Int) {
    filled = Semaphore(0)
    vacant = Semaphore(capacity)
  }

  /// Waits while the queue is full.
  public func put(_ element: Element) {
    vacant.wait()
    elements.withLock { $0.append(element) }
    filled.signal()
  }

  /// Waits while the queue is empty.
  public func take() -> Element {
    filled.wait()
    return takeFirst()
  }

  /// Waits while the queue is empty, at most a tenth of a second.
  public func takeSoon() -> Element? {
    filled.waitATenthOfASecond() ? takeFirst() : nil
  }

  private func takeFirst() -> Element {
    // The semaphore counts what is there; so few elements are faster moved up than kept in a ring.
    let element = elements.withLock { $0.removeFirst() }
    vacant.signal()
    return element
  }
}
