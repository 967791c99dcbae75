public import Correlation
public import Wire

/// What packets cannot say and the user can.
public struct AnalysisFacts: Sendable {
  public typealias ProxyMode = Correlation.ProxyMode

  /// How long conntrack keeps an entry that was never answered, and one that was for two seconds; nil if not told.
  public var udpTimeout: Interval?
  public var streamTimeout: Interval?
  public var proxyMode: ProxyMode?

  public init() {}

  /// The kernel's defaults.
  static let defaultUDPTimeout = Interval.seconds(30)
  static let defaultStreamTimeout = Interval.seconds(120)
}

/// What a service can be expected to do, by the names that `--expect` and reports use.
public enum Expectation: String, Sendable, CaseIterable {
  case samePod = "same-pod"
  case sameSeenSource = "same-seen-source"
  case sourcePreserved = "source-preserved"
  case clientIPAffinity = "client-ip-affinity"
  case noCrossNode = "no-cross-node"
  case noLoss = "no-loss"

  /// Whether nobody but a Service object promises it.
  var isOfService: Bool {
    self == .sourcePreserved || self == .clientIPAffinity || self == .noCrossNode
  }
}
