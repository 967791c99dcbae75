internal import Glibc

extension Sandbox {
  /// Makes a folder, or lets the group into root's own; says why that failed.
  ///
  /// Who owns a folder may give it to a group of its own without any capability.
  func prepare(_ folder: String) -> String? {
    // SAFETY: the path outlives the call; so below.
    if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
      return "\(folder) cannot be made, \(Self.reason)"
    }
    var state = stat()
    guard geteuid() == 0, unsafe stat(folder, &state) == 0 else { return nil }
    // Links: its name, its own, and one for each folder in it. A folder of folders is the system's, not ours: who named
    // it by mistake must not open it to us.
    guard state.st_uid == 0, state.st_nlink == 2 else { return nil }
    guard state.st_gid != user || state.st_mode & 0o070 != 0o070 else { return nil }
    guard unsafe chown(folder, uid_t.max, user) == 0,
      unsafe chmod(folder, state.st_mode & 0o7777 | 0o070) == 0
    else { return "\(folder) cannot be given to group \(user), \(Self.reason)" }
    return nil
  }

  /// Why a folder cannot be written, once the user has changed.
  func problem(_ folder: String) -> String? {
    // SAFETY: the path outlives the call.
    guard unsafe access(folder, R_OK | W_OK | X_OK) != 0 else { return nil }
    return
      "user \(geteuid()) cannot write \(folder), \(Self.reason) (chown \(geteuid()) \(folder))"
  }
}
