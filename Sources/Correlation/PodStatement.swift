public import Protocols
public import Wire

/// What the answers on one leg said of their pod and of the source that it saw, for as long as they said the same.
///
/// A stretch ends too where the leg is translated in another way: what is said afterwards is said of that one.
public struct PodStatement: Equatable, Sendable {
  /// The answers' own leg: from the front or the pod, to the client or what stands for it.
  public var leg: FiveTuple
  public var language: Statement.Language
  /// The source that the pod saw.
  public var seenSource: Endpoint?
  /// The address at which the pod says that it was asked.
  public var server: Endpoint?
  public var pod: StatedName?
  public var first: Timestamp
  public var last: Timestamp
  /// How many sightings said so.
  public var sightings: UInt32
  public var witness: Witness
}
