internal import Protocols
public import Wire

extension NodeObserver {
  /// Takes in what a sighting says, once its leg is known.
  mutating func note(_ saying: Saying, of sighting: Sighting) {
    var isNew = false
    let frame = frameCode.encode(sighting.witness)
    let leg = flows.leg(of: sighting, startFrame: frame, isNew: &isNew)
    switch saying {
    case .question(let id, let sequence): statements.note(question: id, sequence, on: leg)
    case .answer(let statement): note(statement, on: leg, at: sighting.time, frame, sighting.pair)
    }
  }

  private mutating func note(
    _ statement: Statement,
    on leg: Leg,
    at time: Timestamp,
    _ frame: UInt32,
    _ pair: PackedPair
  ) {
    var source = statement.seenSource
    // An IPv6 source is folded: it cannot be told from its mask.
    if let masked = statement.masked, pair.isV4 {
      source = statements.unmasked(masked, sequence: statement.sequence, on: leg.reversed)
    }
    guard source != nil || statement.pod != nil else { return }
    let onward = flows.result(of: leg.reversed)
    var entry = StatementTable.Entry(
      first: time,
      last: time,
      translation: onward.isNone ? flows.origin(of: leg) : onward.reversed,
      frame: frame,
      language: statement.language,
      pod: StatementTable.unnamed
    )
    if let source { entry.seenSource = source }
    if let server = statement.server { entry.server = server }
    if let ended = statements.note(entry, by: statement.pod, on: leg) { emit(ended, on: leg) }
  }

  /// Tells of fragments what else would be told at the capture's end alone; `drain` hands it over.
  ///
  /// For whoever never ends. Those of a datagram are waited for until the last one came before the moment given.
  public mutating func tellFragments(before bound: Timestamp, onlyNew: Bool) {
    fragments.tally(before: bound, onlyNew: onlyNew, into: &observations)
  }

  /// Tells what pods say that was not told in any way, or all that they said since it was told; `drain` hands it over.
  public mutating func tellStatements(onlyNew: Bool) {
    let said = onlyNew ? statements.takeUntold() : statements.takeNews()
    for (leg, entry) in said { emit(entry, on: leg) }
  }

  /// Tells what is being said on all legs, and forgets it.
  mutating func emitStatements() {
    guard !statements.isEmpty else { return }
    for (leg, entry) in statements.removeAll() { emit(entry, on: leg) }
  }

  /// Tells what is being said on all legs, and forgets nothing.
  mutating func showStatements() {
    for (leg, entry) in statements.news { emit(entry, on: leg) }
  }

  private mutating func emit(_ entry: StatementTable.Entry, on leg: Leg) {
    append(
      .statement(
        PodStatement(
          leg: flows.tuple(leg),
          language: entry.language,
          seenSource: entry.seenSource.port == 0 ? nil : entry.seenSource,
          server: entry.server.port == 0 ? nil : entry.server,
          pod: statements.name(entry.pod),
          first: entry.first,
          last: entry.last,
          sightings: entry.sightings,
          witness: frameCode.decode(entry.frame)
        )
      )
    )
  }
}
