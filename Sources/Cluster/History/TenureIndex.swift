/// Who held a key in which snapshots: one look-up, however many snapshots there are.
///
/// Tenures lie in one array, those of one key linked, since nearly every key has exactly one.
struct TenureIndex<Key: Hashable & Sendable>: Sendable {
  struct Tenure: Sendable {
    var holder: Int32
    var first: Int32
    var last: Int32
    /// The next older tenure of this key, or -1.
    fileprivate var next: Int32
  }

  private var newest: [Key: Int32] = [:]
  private var tenures: [Tenure] = []

  mutating func reserveCapacity(_ count: Int) {
    newest.reserveCapacity(count)
    tenures.reserveCapacity(count)
  }

  /// Notes that `holder` has `key` in the snapshot `epoch`, which is the latest so far.
  mutating func record(_ holder: Int32, at key: Key, in epoch: Int32) {
    let head = newest[key] ?? -1
    var index = head
    while index >= 0 {
      let tenure = tenures[Int(index)]
      if tenure.holder == holder, tenure.last >= epoch - 1 {
        tenures[Int(index)].last = epoch
        return
      }
      index = tenure.next
    }
    newest[key] = Int32(tenures.count)
    tenures.append(Tenure(holder: holder, first: epoch, last: epoch, next: head))
  }

  /// Calls `body` with every tenure of `key`, newest first.
  @inline(__always)
  func forEach(of key: Key, _ body: (Tenure) -> Void) {
    var index = newest[key] ?? -1
    while index >= 0 {
      let tenure = tenures[Int(index)]
      body(tenure)
      index = tenure.next
    }
  }

  /// Who held `key` at the start of `span`, else who came first within it; of several the lowest.
  func holder(of key: Key, in span: Moments.Span) -> Int32? {
    var best: Tenure?
    forEach(of: key) { tenure in
      guard tenure.first <= span.upperBound, tenure.last >= span.lowerBound else { return }
      guard let known = best else {
        best = tenure
        return
      }
      let (start, other) = (
        max(tenure.first, span.lowerBound), max(known.first, span.lowerBound)
      )
      if start < other || (start == other && tenure.holder < known.holder) { best = tenure }
    }
    return best?.holder
  }
}
