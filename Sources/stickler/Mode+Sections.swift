import Affinity

/// A part of what `stickler explain` tells of a mode.
struct ModeSection {
  var title: String
  var text: String
}

extension Mode {
  /// What is told of a mode, in order, before its references.
  var sections: [ModeSection] {
    var sections = [
      ModeSection(title: "What users see", text: words.symptom),
      ModeSection(title: "Cause", text: words.cause),
      ModeSection(title: "How it looks in packets", text: words.signature),
      ModeSection(title: "What to do", text: words.remedy),
    ]
    if !needs.isEmpty {
      sections.append(
        ModeSection(
          title: "To be told, it needs",
          text: needs.map(\.rawValue).joined(separator: "; ") + "."
        )
      )
    }
    if let sample { sections.append(ModeSection(title: "A sample", text: sample)) }
    return sections
  }
}

extension Mode.Origin {
  var words: String {
    switch self {
    case .cluster: "the cluster"
    case .upstream: "upstream: the balancer or network before the cluster"
    case .client: "the client's side, not the cluster"
    }
  }
}

extension Mode.Words {
  /// The first sentence of what users see: short enough for a line of a list.
  var headline: String {
    let text = Array(symptom)
    for (index, character) in text.enumerated()
    where character == "." && index + 1 < text.count && text[index + 1] == " " {
      return String(text[...index])
    }
    return symptom
  }

  /// The references that name a public thread, such as `kubernetes/kubernetes#84438`.
  var threads: [String] { references.filter { !$0.contains(" ") } }

  /// The references that are sentences.
  var facts: [String] { references.filter { $0.contains(" ") } }
}
