import Affinity

extension Mode {
  /// The modes of which the lab has recorded a sample; the others need a data path that a plain kernel has not.
  ///
  /// It is a folder of `captures/` with packets, truth and report.
  private static let sampled: Set<String> = [
    "A1", "A2", "A3", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A13", "A14", "A15", "A16", "A17",
    "A18",
    "B1", "B2", "B3", "B5", "B6", "B7", "B8", "B9", "B12", "B13", "B14", "B15", "B17", "B19",
    "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10",
  ]

  /// Where the sample lies in the source code and how it is judged; nil where there is none.
  var sample: String? {
    guard Self.sampled.contains(id) else { return nil }
    return "In captures/\(id)-\(name) of the source code a real kernel did it; there: "
      + "stickler analyze . -i . $(cat options)"
  }
}
