import CommandLineKit
import Glibc

/// Tells what is wrong with the files to be written before hours are spent on what goes into them.
struct OutputPaths {
  /// Each with the option that names it.
  var paths: [(option: String, path: String)]

  /// None may be a file that is read, nor another output, and each must have a folder that can be written to.
  func check(against inputs: [String]) throws(Failure) {
    let printed = paths.filter { $0.path == "-" }.map(\.option)
    if printed.count > 1 {
      let first = printed[0] == "output" ? "the report" : "what --\(printed[0]) writes"
      throw Failure("--\(printed[1]) -: standard output already takes \(first); name a file")
    }
    var taken: [FileIdentity: String] = [:]
    for input in inputs {
      if let identity = FileIdentity(input) { taken[identity] = "which is read" }
    }
    var names: Set<String> = []
    for (option, path) in paths where path != "-" {
      guard names.insert(path).inserted else {
        throw Failure("--\(option) \(path): another option writes this file too")
      }
      if isDirectory(path) { throw Failure("--\(option) \(path): this is a directory") }
      if let identity = FileIdentity(path), let use = taken[identity] {
        throw Failure("--\(option) \(path) would replace a file \(use); give another name")
      }
      let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
      if !isWritable(path), !isWritable(folder) {
        throw Failure("--\(option) \(path)", errno: errno)
      }
    }
  }
}

private func isWritable(_ path: String) -> Bool {
  // SAFETY: access reads the path, which Swift keeps alive as a C string for the call.
  unsafe access(path, W_OK) == 0
}

/// Which file a path leads to, whatever it is called.
private struct FileIdentity: Hashable {
  var device: UInt64
  var inode: UInt64

  init?(_ path: String) {
    var status = stat()
    // SAFETY: the system fills the structure, and keeps no pointer to it or to the path.
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
  }
}
