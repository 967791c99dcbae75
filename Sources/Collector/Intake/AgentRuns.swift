internal import Wire

/// When a node's agent ran, by its own word: from the beginning of each of its processes to that one's last watermark.
///
/// What passed while none ran was captured by nobody, and unlike what a lost connection keeps no spool brings it later.
struct AgentRuns: Sendable {
  private struct Stretch: Sendable {
    var epoch: UInt64
    var end: Timestamp

    init(_ epoch: UInt64) {
      self.epoch = epoch
      end = Timestamp(nanoseconds: Int64(clamping: epoch))
    }

    /// An epoch is the moment at which its process began.
    var begin: Timestamp { Timestamp(nanoseconds: Int64(clamping: epoch)) }
  }

  /// In the order in which they were heard of, which is that of the agent's spool and of the log.
  private var stretches: [Stretch] = []

  /// Of an agent that begins anew so often the oldest processes are forgotten.
  private static let most = 1_024

  /// Takes note of a process, and of how far it has told what it saw.
  mutating func note(_ epoch: UInt64, upTo watermarks: some Sequence<Timestamp>) {
    var place = stretches.lastIndex { $0.epoch == epoch }
    if place == nil {
      if stretches.count >= Self.most { stretches.removeFirst() }
      stretches.append(Stretch(epoch))
      place = stretches.count - 1
    }
    guard let place else { return }
    for watermark in watermarks { stretches[place].end = max(stretches[place].end, watermark) }
  }

  /// The times in which none ran, each between two that did, as far as they go on until a moment or later.
  func gaps(since moment: Timestamp) -> [Range<Timestamp>] {
    guard var known = stretches.first?.end else { return [] }
    var gaps: [Range<Timestamp>] = []
    for stretch in stretches.dropFirst() {
      if stretch.begin > known, stretch.begin >= moment { gaps.append(known..<stretch.begin) }
      known = max(known, stretch.end)
    }
    return gaps
  }
}
