internal import System
internal import Wire

/// What a collector asks of the agent's ring goes to whoever has the ring, and comes back as answers.
///
/// They pass by the spool: nobody needs them once the connection is gone.
extension Exporter {
  /// Requests that come while so many wait are answered at once.
  private static let mostRequests = 8
  /// Observations come first: of answers no more than this waits for the kernel.
  private static let mostAnswersWaiting = 1 << 16

  /// What was asked since the last call.
  public mutating func takeRequests() -> [EvidenceRequest] {
    defer { requests.removeAll() }
    return requests
  }

  /// Which connection it is that asks: an answer is of use there alone.
  public var connectionNumber: Int { health.connections }

  /// Whether all that is in the spool has been sent as far as the kernel takes it, and there is room behind it.
  public var hasRoomForAnswers: Bool {
    phase == .sending && health.acknowledges && waitingBytes < Self.mostAnswersWaiting
      && spool.isEnd(reader.position)
  }

  /// Sends frames, and what ends an answer if that is there.
  public mutating func answer(_ frames: [RingFrame], _ end: EvidenceEnd?) {
    guard phase == .sending else { return }
    let now = Timestamp.now()
    var bytes: [UInt8] = []
    for frame in frames { answers.append(frame, at: now) { bytes += $0 } }
    if let end { answers.append(end, at: now) { bytes += $0 } }
    answers.flush(at: now) { bytes += $0 }
    channel?.send(bytes)
    _ = flush()
  }

  mutating func take(_ asked: [EvidenceRequest]) {
    for request in asked {
      if requests.count < Self.mostRequests {
        requests.append(request)
      } else {
        answer([], EvidenceEnd(request: request.number, .busy))
      }
    }
  }
}
