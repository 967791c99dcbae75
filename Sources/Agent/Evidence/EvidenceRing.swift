package import Exchange
internal import LiveCapture
package import System
package import Wire

/// The frames that an agent captured last, for whoever asks for those behind a finding.
///
/// The thread that captures puts frames in, the one that exports looks for what is wanted: a stretch at a time, so that the
/// capture never waits for a whole look.
package final class EvidenceRing: Sendable {
  package let store: Locked<FrameStore>
  /// What interfaces are or were called, by their numbers.
  private let names = Locked<[UInt32: String]>([:])
  package let capacity: Int
  /// Nothing was captured before.
  private let began: Timestamp

  private static let mostNames = 8_192
  /// So many frames are looked at under the lock: some tenths of a millisecond.
  private static let stretch = 1_024

  package init(
    capacity: Int,
    snapLength: Int,
    at began: Timestamp
  ) throws(SystemError) {
    let store = try FrameStore(capacity: capacity, snapLength: snapLength)
    self.capacity = store.capacity
    self.store = Locked(store)
    self.began = began
  }

  /// How it goes with the ring, for whoever asks.
  package var health: EvidenceHealth {
    store.withLock { store in
      EvidenceHealth(
        bytes: UInt64(store.capacity),
        heldBytes: UInt64(store.end - store.start),
        frames: store.count,
        overwritten: store.overwritten,
        oldest: store.oldest
      )
    }
  }

  /// Takes note of what interfaces are called; what one that is gone was called stays known.
  package func note(_ links: [NetworkLink]) {
    names.withLock { names in
      if names.count + links.count > Self.mostNames { names.removeAll() }
      for link in links { names[link.index] = link.name }
    }
  }

  /// A look for what a request wants, as far as it has come.
  package struct Look {
    package let request: EvidenceRequest
    private var filter: EvidenceFilter
    private var place: Int
    /// Behind what was there when it began.
    private let end: Int
    private var bytes: UInt64 = 0
    private var answer: EvidenceEnd
    package private(set) var isOver = false

    init(_ request: EvidenceRequest, _ store: borrowing FrameStore, _ began: Timestamp) {
      self.request = request
      filter = EvidenceFilter(request.wanted)
      (place, end) = (store.start, store.end)
      answer = EvidenceEnd(request: request.number, .answered)
      let since = store.overwritten > 0 ? store.oldest ?? began : began
      answer.since = since
      answer.isOverwritten = since > request.from
    }

    /// What is to be told at last; nil before the look is over.
    package var told: EvidenceEnd? { isOver ? answer : nil }

    fileprivate mutating func go(
      on store: borrowing FrameStore,
      _ names: [UInt32: String],
      atMost most: Int,
      _ frames: inout [RingFrame]
    ) {
      // What it would have come to was overwritten meanwhile.
      if place < store.start { answer.isOverwritten = true }
      var (next, some) = (place, [RingFrame]())
      let isMore = store.read(from: &next, atMost: most) { header, bytes in
        take(header, bytes, names, &some)
      }
      place = next
      frames += some
      if !isMore || place >= end || answer.isBounded { isOver = true }
    }

    private mutating func take(
      _ header: FrameStore.Header,
      _ frame: Span<UInt8>,
      _ names: [UInt32: String],
      _ frames: inout [RingFrame]
    ) {
      guard !answer.isBounded, header.time >= request.from, header.time <= request.to,
        filter.wants(
          frame,
          as: CaptureSocket.linkType,
          originalLength: Int(header.originalLength)
        )
      else { return }
      guard answer.frames < request.mostFrames, bytes + UInt64(frame.count) <= request.mostBytes
      else {
        answer.isBounded = true
        return
      }
      var copy: [UInt8] = []
      copy.reserveCapacity(frame.count)
      for index in frame.indices { copy.append(frame[index]) }
      answer.frames += 1
      bytes += UInt64(frame.count)
      frames.append(
        RingFrame(
          request: request.number,
          time: header.time,
          number: header.number,
          link: CaptureSocket.linkType,
          originalLength: header.originalLength,
          interface: names[header.interface] ?? "",
          bytes: copy
        )
      )
    }
  }

  package func look(for request: EvidenceRequest) -> Look {
    store.withLock { Look(request, $0, began) }
  }

  /// Goes on with a look for so many frames, or until it has found enough for a message or two.
  package func go(on look: inout Look, atMost most: Int) -> [RingFrame] {
    let names = names.withLock { $0 }
    var frames: [RingFrame] = []
    var looked = 0
    while !look.isOver, looked < most, frames.count < 256 {
      store.withLock { look.go(on: $0, names, atMost: Self.stretch, &frames) }
      looked += Self.stretch
    }
    return frames
  }
}
