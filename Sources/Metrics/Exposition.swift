/// Metrics one after the other in Prometheus' text format (0.0.4): the one place that writes it.
///
/// A metric's help and type stand once, before all of its samples. Names begin with `stickler_`, counters end in `_total`,
/// and values are in base units. Labels are what the cluster bounds (services, nodes, modes); what is too much all the same
/// is left out here, and said.
public struct Exposition: Sendable {
  public enum Kind: String, Sendable { case counter, gauge }

  /// A sample's labels, in the order in which they are written.
  public typealias Labels = KeyValuePairs<String, String>

  /// What the text is served as.
  public static let type = "text/plain; version=0.0.4; charset=utf-8"

  public private(set) var text = ""
  /// So many samples of one metric are written; a cluster with more services has another way to look at them.
  private let most: Int
  private var leftOut = 0

  public init(most: Int = 5_000) {
    self.most = most
  }

  public mutating func metric(
    _ name: String,
    _ kind: Kind,
    _ help: String,
    _ samples: [(labels: Labels, value: String)]
  ) {
    guard !samples.isEmpty else { return }
    text += "# HELP stickler_\(name) \(help)\n# TYPE stickler_\(name) \(kind.rawValue)\n"
    for sample in samples.prefix(most) {
      let labels = sample.labels.map { "\($0.key)=\"\(escaped($0.value))\"" }.joined(separator: ",")
      text += "stickler_\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
    }
    leftOut += max(0, samples.count - most)
  }

  /// A metric without labels.
  public mutating func metric(
    _ name: String,
    _ kind: Kind,
    _ help: String,
    _ value: some BinaryInteger
  ) {
    metric(name, kind, help, [([:], "\(value)")])
  }

  /// A moment since 1970, or a span, in seconds; nothing where it is not known.
  public mutating func metric(_ name: String, _ help: String, nanoseconds: Int64?) {
    guard let nanoseconds else { return }
    metric(name, .gauge, help, [([:], "\(Double(nanoseconds) / 1e9)")])
  }

  /// How much was left out, as a metric of its own; to be called last.
  public mutating func end() {
    metric(
      "metrics_left_out",
      .gauge,
      "Samples of these metrics that there were too many of.",
      leftOut
    )
  }

  /// Long values are cut: a label is kept for as long as the time series is.
  private func escaped(_ value: String) -> String {
    var result = ""
    for character in value.unicodeScalars.prefix(128) {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
