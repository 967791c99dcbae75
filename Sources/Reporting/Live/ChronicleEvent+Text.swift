public import Affinity
public import CommandLineKit
internal import Wire

extension ChronicleEvent {
  /// One line for people; nothing in it moves a cursor.
  public func line(_ style: Style = .plain) -> String {
    let (time, word, emphasis, text) = parts
    let moment = time.map { "\($0.clock) " } ?? ""
    return printable("\(moment)\(style(emphasis, word))  \(text)")
  }

  private var parts: (time: Timestamp?, word: String, emphasis: Style.Emphasis, text: String) {
    switch self {
    case .move(let session, let was, let now):
      let text = "\(session.client) > \(session.front): \(was.summary) became \(now.summary)"
      return (now.from, "moved", .yellow, text)
    case .incident(let incident, let example, let was):
      let name = [incident.mode ?? "cause undetermined", example.name].compactMap(\.self)
      let place = [incident.service, incident.node.map { "on \($0)" }].compactMap(\.self)
      let size =
        incident.findings.count > 1 ? " (\(grouped(incident.findings.count)) findings)" : ""
      let before = was.map { ", told before as \($0.mode ?? "cause undetermined")" } ?? ""
      let text =
        "\(incident.modeClass)\(place.isEmpty ? "" : ", " + place.joined(separator: " ")): "
        + "\(incident.summary.isEmpty ? example.change : incident.summary)\(size)\(before)"
      let emphasis: Style.Emphasis = incident.modeClass == "explained" ? .cyan : .red
      return (incident.from, name.joined(separator: " "), emphasis, text)
    case .withdrawal(let incident, let successor):
      let name = incident.mode ?? "cause undetermined"
      let why =
        successor.map {
          "\(incident.id) is part of \($0.id) now, \($0.mode ?? "cause undetermined") since \($0.from.clock)"
        } ?? "more packets tell it differently than was said"
      return (incident.from, "withdrawn", .dim, "\(name): \(why)")
    case .contradiction(let contradiction):
      return (
        contradiction.at, "contradicted", .red,
        "\(contradiction.client) > \(contradiction.front): \(contradiction.because)"
      )
    case .verdict(let was, let now):
      let words = now?.rawValue ?? "no verdict"
      let before = was.map { ", was \($0.rawValue)" } ?? ""
      return (nil, "verdict", now?.emphasis ?? .dim, words + before)
    }
  }
}

extension Report.Finding {
  /// What changed, where no cause is known that could be told instead.
  fileprivate var change: String {
    guard let was, let now else { return client ?? "of which nothing more is known" }
    return "\(client.map { "\($0) was with " } ?? "")\(was.summary), now \(now.summary)"
  }
}

extension Report {
  /// The verdict and its cause in one line, for whoever shows reports in another form.
  public func headline(_ style: Style) -> String {
    let word = verdict?.rawValue ?? "no verdict"
    let shown = verdict.map { style($0.emphasis, word.uppercased()) } ?? word
    return printable("\(shown): \(headline)")
  }
}
