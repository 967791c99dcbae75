/// Which parts of the sandbox this process is in, and why it is not in the others.
public struct SandboxReport: Hashable, Sendable {
  /// A part of the sandbox; its raw value is its name in metrics.
  public enum Measure: String, Hashable, Sendable, CaseIterable {
    case user
    case capabilities
    case noNewPrivileges = "no_new_privs"
    case systemCalls = "seccomp"
    case places = "landlock"
  }

  public enum State: Hashable, Sendable {
    /// How it is enforced.
    case enforced(String)
    /// Why it is not.
    case missing(String)
  }

  public struct Entry: Hashable, Sendable {
    public var measure: Measure
    public var state: State
  }

  public var level: Sandbox.Level
  /// In the order in which they are taken; none where the sandbox is off.
  public internal(set) var entries: [Entry] = []
  /// What the user should know: folders that cannot be written.
  public internal(set) var notes: [String] = []

  public init(_ level: Sandbox.Level) {
    self.level = level
  }

  public mutating func add(_ measure: Measure, _ state: State) {
    entries.append(Entry(measure: measure, state: state))
  }

  /// What is not enforced, and why.
  public var missing: [String] {
    entries.compactMap { entry in
      guard case .missing(let reason) = entry.state else { return nil }
      return "\(entry.measure.words): \(reason)"
    }
  }

  /// What is.
  public var enforced: [String] {
    entries.compactMap { entry in
      guard case .enforced(let how) = entry.state else { return nil }
      return how
    }
  }
}

extension SandboxReport: CustomStringConvertible {
  /// One line.
  public var description: String {
    guard level != .off else { return "off" }
    let parts =
      (enforced.isEmpty ? ["nothing is enforced"] : [enforced.joined(separator: ", ")])
      + missing.map { "without \($0)" } + notes
    return parts.joined(separator: "; ")
  }
}

extension SandboxReport.Measure {
  var words: String {
    switch self {
    case .user: "another user"
    case .capabilities: "dropped capabilities"
    case .noNewPrivileges: "no_new_privs"
    case .systemCalls: "seccomp"
    case .places: "Landlock"
    }
  }
}

/// Part of the sandbox was asked for and could not be had.
public struct SandboxError: Error, Hashable, Sendable, CustomStringConvertible {
  public var report: SandboxReport

  public var description: String {
    let problems = report.missing.map { "without \($0)" } + report.notes
    return "the sandbox is not complete: " + problems.joined(separator: "; ")
      + "; --sandbox best-effort goes on with what there is"
  }
}
