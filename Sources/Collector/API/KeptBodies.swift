internal import HTTPService
internal import System

/// What was written out last of each kind: a report is written once, however many ask for it.
final class KeptBodies: Sendable {
  private let bodies = Locked<[String: (tag: String, body: HTTPBody)]>([:])

  /// The body under a name, made anew where the tag is another one.
  ///
  /// Whoever asks meanwhile waits, and has it then.
  func body(_ name: String, tag: String, _ make: () -> [UInt8]) -> HTTPBody {
    bodies.withLock { bodies in
      if let kept = bodies[name], kept.tag == tag { return kept.body }
      let body = HTTPBody(make())
      bodies[name] = (tag, body)
      return body
    }
  }
}
