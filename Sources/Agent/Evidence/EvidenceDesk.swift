internal import Exchange
internal import System
internal import Wire

/// Answers what a collector asks of the ring, one request after the other, a little at a time.
struct EvidenceDesk {
  private var waiting: [EvidenceRequest] = []
  private var look: EvidenceRing.Look?
  /// The connection over which it was asked: another one is not owed an answer.
  private var connection = 0

  private static let mostWaiting = 8
  /// So many frames are looked at before observations have their turn: some milliseconds.
  private static let portion = 32_768

  /// Whether there is something to do at once; what has to wait for the connection is done when that wakes.
  func hasWork(_ exporter: borrowing Exporter?) -> Bool {
    guard look != nil || !waiting.isEmpty else { return false }
    return switch exporter {
    case .some(let exporter): exporter.hasRoomForAnswers
    case .none: false
    }
  }

  mutating func answer(_ exporter: inout Exporter?, from ring: EvidenceRing?) {
    guard exporter != nil else { return }
    let now = exporter?.connectionNumber ?? 0
    if now != connection {
      (connection, look) = (now, nil)
      waiting.removeAll()
    }
    waiting += exporter?.takeRequests() ?? []
    while waiting.count > Self.mostWaiting {
      let request = waiting.removeLast()
      exporter?.answer([], EvidenceEnd(request: request.number, .busy))
    }
    guard let ring else {
      for request in waiting {
        exporter?.answer([], EvidenceEnd(request: request.number, .noRing))
      }
      waiting.removeAll()
      return
    }
    guard exporter?.hasRoomForAnswers == true else { return }
    if look == nil, !waiting.isEmpty { look = ring.look(for: waiting.removeFirst()) }
    guard var current = look else { return }
    let frames = ring.go(on: &current, atMost: Self.portion)
    exporter?.answer(frames, current.told)
    look = current.isOver ? nil : current
  }
}
