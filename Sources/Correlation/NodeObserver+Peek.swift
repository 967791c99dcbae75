extension NodeObserver {
  /// What `finish` would hand over of what goes on, after a `drain`, if the capture ended here; nothing ends.
  ///
  /// For whoever wants to know how things are while they go on. It takes a look at every flow.
  public mutating func peek() -> [Observation] {
    var pending: [Observation] = []
    swap(&pending, &observations)
    var fragments = fragments.copied()
    fragments.tallyAll(into: &observations)
    showStatements()
    for index in flows.flows.indices where !flows[index].isFree { emitRun(of: index) }
    swap(&pending, &observations)
    return pending
  }
}
