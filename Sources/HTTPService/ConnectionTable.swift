internal import Glibc
internal import System
internal import Wire

/// Which connections wait for what since when, so that none holds its place for ever.
///
/// The library closes a connection on which nothing moves; a client that sends a byte now and then is ours to notice.
final class ConnectionTable: Sendable {
  enum Phase {
    /// For a request, or the rest of its headers.
    case asking
    case fetching
    /// Told what happens for as long as it likes.
    case listening
  }

  private struct Entry {
    var descriptor: Int32
    var phase: Phase
    var since: Instant
  }

  private let entries = Locked<(open: [UInt: Entry], late: Int)>(([:], 0))
  private let limits: HTTPLimits

  init(_ limits: HTTPLimits) {
    self.limits = limits
  }

  func open(_ connection: UInt, descriptor: Int32) {
    let entry = Entry(descriptor: descriptor, phase: .asking, since: .now())
    entries.withLock { $0.open[connection] = entry }
  }

  func note(_ connection: UInt, _ phase: Phase) {
    let now = Instant.now()
    entries.withLock { entries in
      entries.open[connection]?.phase = phase
      entries.open[connection]?.since = now
    }
  }

  func close(_ connection: UInt) {
    entries.withLock { _ = $0.open.removeValue(forKey: connection) }
  }

  /// Hangs up on those that take too long; the library closes what is left of them.
  func hangUp(at now: Instant) {
    entries.withLock { entries in
      for (connection, entry) in entries.open {
        let limit =
          switch entry.phase {
          case .asking: limits.patience
          case .fetching: limits.fetching
          case .listening: Interval?.none
          }
        guard let limit, now.since(entry.since) > limit else { continue }
        // A descriptor is closed only after `close`, which waits for this lock.
        _ = shutdown(entry.descriptor, Int32(SHUT_RDWR))
        entries.open[connection]?.since = now
        entries.late += 1
      }
    }
  }

  var tally: (open: Int, late: Int) { entries.withLock { ($0.open.count, $0.late) } }
}
