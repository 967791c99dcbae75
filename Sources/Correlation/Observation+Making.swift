public import Protocols
public import Wire

// For those who were told observations and did not make them: what crosses a network is put together again.

extension Run {
  public init(
    leg: FiveTuple,
    forward: Stretch,
    reverse: Stretch,
    isFirst: Bool,
    hopLimits: ClosedRange<UInt8>,
    traits: Traits
  ) {
    self.leg = leg
    self.forward = forward
    self.reverse = reverse
    self.isFirst = isFirst
    self.hopLimits = hopLimits
    self.traits = traits
    numbers = nil
  }
}

extension Unmatched {
  public init(
    _ leg: FiveTuple,
    at time: Timestamp,
    _ witness: Witness,
    payloadLength: UInt32,
    isLeading: Bool
  ) {
    self.leg = leg
    self.time = time
    self.witness = witness
    self.payloadLength = payloadLength
    self.isLeading = isLeading
  }
}

extension Refusal {
  public init(
    of leg: FiveTuple,
    by source: IPAddress,
    type: UInt8,
    code: UInt8,
    at time: Timestamp,
    _ witness: Witness
  ) {
    self.source = source
    self.type = type
    self.code = code
    self.leg = leg
    self.time = time
    self.witness = witness
  }
}

extension Announcement {
  public init(
    of address: IPAddress,
    by hardware: UInt64,
    at time: Timestamp,
    _ witness: Witness
  ) {
    self.address = address
    self.hardware = hardware
    self.time = time
    self.witness = witness
  }
}

extension FragmentTally {
  public init(
    of leg: FiveTuple,
    complete: UInt32,
    partial: UInt32,
    at time: Timestamp,
    _ witness: Witness
  ) {
    self.leg = leg
    self.complete = complete
    self.partial = partial
    self.time = time
    self.witness = witness
  }
}

extension WrongChecksum {
  public init(
    outer: FiveTuple,
    inner: FiveTuple,
    at time: Timestamp,
    _ witness: Witness
  ) {
    self.outer = outer
    self.inner = inner
    self.time = time
    self.witness = witness
  }
}

extension ConnectionSeen {
  public init(_ mark: ConnectionMark, on leg: FiveTuple, at time: Timestamp) {
    self.leg = leg
    self.mark = mark
    self.time = time
  }
}

extension PodStatement {
  public init(
    on leg: FiveTuple,
    in language: Statement.Language,
    first: Timestamp,
    last: Timestamp,
    sightings: UInt32,
    _ witness: Witness
  ) {
    self.leg = leg
    self.language = language
    self.first = first
    self.last = last
    self.sightings = sightings
    self.witness = witness
  }
}
