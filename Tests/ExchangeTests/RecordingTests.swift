import Correlation
import Exchange
import Replay
import TestSupport
import Testing

/// What real captures hold, and what the made-up ones do.
@Suite struct RecordingTests {
  /// The captures, found from this file.
  static let captures: [String] = {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let listing = try? Command("find", ["\(root)/captures", "-name", "*.pcap*"])
    return listing?.output.split(separator: "\n").map(String.init).sorted() ?? []
  }()

  @Test func `every observation of every recording comes out as it went in`() {
    #expect(Self.captures.count > 50)
    var kinds: Set<String> = []
    for capture in Self.captures {
      var told: [Observation] = []
      _ = replay([NodeCapture(name: "n", files: [capture])]) { told += $1.observations }
      for index in told.indices { told[index].forgetNumbers() }
      let reading = Reading(messages(of: told))
      #expect(reading.decoded.observations == told, Comment(rawValue: capture))
      #expect(reading.counts.records == told.count)
      for observation in told { kinds.insert(observation.kind) }
    }
    #expect(kinds.count >= 5, Comment(rawValue: kinds.sorted().joined(separator: " ")))
  }
}

extension Observation {
  /// Takes out the numbers that only the observer's own process can use, and which are not told.
  fileprivate mutating func forgetNumbers() {
    guard case .run(var run) = self else { return }
    run.numbers = nil
    self = .run(run)
  }

  fileprivate var kind: String {
    String(String(describing: self).prefix { $0 != "(" })
  }
}
