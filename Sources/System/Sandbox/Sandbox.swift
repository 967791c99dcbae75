internal import CLinux
internal import Glibc

/// What a process that reads hostile packets gives up once it has opened what it needs.
///
/// To be entered before a second thread exists: capabilities and Landlock hold for the thread that asks for them, and for
/// those that it starts.
public struct Sandbox: Sendable {
  public enum Level: String, Hashable, Sendable, CaseIterable {
    case off
    /// What the kernel has is enforced, what it lacks is told.
    case bestEffort = "best-effort"
    /// Whoever asks for all of it goes on with nothing less.
    case strict
  }

  public var level: Level
  /// Whom root becomes, user and group; any other user stays itself.
  public var user: UInt32 = 65_532
  /// Whether packet sockets are opened later too, which needs CAP_NET_RAW.
  public var keepsRawSockets = false
  /// Files and folders that are read, beside what every program needs.
  public var readable: [String] = []
  /// Folders whose files are written; made where they are not there.
  public var writable: [String] = []
  /// The TCP ports that may be connected to, and those that may be listened at; nil for all.
  public var connected: Set<UInt16>?
  public var listened: Set<UInt16>?

  public init(_ level: Level) {
    self.level = level
  }

  /// Enters, for good.
  public func enter() throws(SandboxError) -> SandboxReport {
    var report = SandboxReport(level)
    guard level != .off else { return report }
    // Asked for while /proc can still be read, whatever follows.
    let isAlone = ownStatus("Threads").map { $0 == "1" } ?? true
    let kept: Capabilities = keepsRawSockets ? .effective().intersection(.netRaw) : []
    let isRoot = geteuid() == 0
    // Folders are made ready between the two: by root still, for the group that comes.
    let refusal = isRoot && stickler_become_group(user) != 0 ? errno : 0
    let problems = writable.map(prepare)
    report.add(.noNewPrivileges, Self.state("no_new_privs", stickler_no_new_privileges()))
    report.add(.places, whole(enterLandlock(), isAlone))
    report.add(.user, isRoot ? becomeUser(refusal) : .enforced("user \(geteuid())"))
    report.add(.capabilities, whole(dropCapabilities(but: kept), isAlone))
    report.add(.systemCalls, Self.state("seccomp", stickler_filter_system_calls()))
    for (folder, earlier) in zip(writable, problems) {
      if let problem = earlier ?? problem(folder) { report.notes.append(problem) }
    }
    if level == .strict, !report.missing.isEmpty || !report.notes.isEmpty {
      throw SandboxError(report: report)
    }
    return report
  }

  /// What could be enforced on a process with these capabilities here; nothing is.
  public static func prospect(_ capabilities: Capabilities = .effective()) -> SandboxReport {
    var report = SandboxReport(.bestEffort)
    let canChange = capabilities.isSuperset(of: [.setUser, .setGroup])
    report.add(
      .user,
      geteuid() != 0 || canChange
        ? .enforced("a user that is not root") : .missing(needsCapabilities)
    )
    report.add(.capabilities, .enforced("no capabilities"))
    report.add(.noNewPrivileges, .enforced("no_new_privs"))
    report.add(
      .systemCalls,
      stickler_can_filter_system_calls() == 1
        ? .enforced("seccomp") : .missing("this kernel or this container has none")
    )
    let landlock = Landlock.find()
    report.add(.places, landlock.map { .enforced($0.description) } ?? .missing(Landlock.absence))
    return report
  }

  private static let needsCapabilities =
    "it stays root, CAP_SETUID and CAP_SETGID are not given to it"

  static func state(_ how: String, _ status: Int32) -> SandboxReport.State {
    status == 0 ? .enforced(how) : .missing(reason)
  }

  /// Why the last call failed.
  static var reason: String {
    // SAFETY: strerror answers a string for every number; it is copied at once.
    unsafe String(cString: strerror(errno))
  }

  /// What holds for this thread alone is not enforced.
  private func whole(_ state: SandboxReport.State, _ isAlone: Bool) -> SandboxReport.State {
    isAlone ? state : .missing("other threads exist, for which it does not hold")
  }

  /// `refusal` is why root's groups could not be left, or 0.
  private func becomeUser(_ refusal: Int32) -> SandboxReport.State {
    if refusal == 0, stickler_become_user(user) == 0 { return .enforced("user \(user)") }
    if refusal != 0 { errno = refusal }
    return .missing(errno == EPERM ? Self.needsCapabilities : "it stays root, \(Self.reason)")
  }

  private func dropCapabilities(but kept: Capabilities) -> SandboxReport.State {
    Self.state(
      kept.isEmpty ? "no capabilities" : "no capability but CAP_NET_RAW",
      stickler_keep_capabilities(kept.rawValue)
    )
  }

  private func enterLandlock() -> SandboxReport.State {
    guard let landlock = Landlock.find() else { return .missing(Landlock.absence) }
    return landlock.enter(self)
  }
}
