import CommandLineKit

extension NodeFiles {
  /// Like `read`, with every directory replaced by the captures in it.
  static func readWithDirectories(_ arguments: Arguments) throws(Failure) -> [NodeFiles] {
    var nodes = try grouped(arguments) { path throws(Failure) in try captures(in: path) }
    for index in nodes.indices {
      // The same files give the same report, in whatever order a shell lists them.
      nodes[index].paths.sort()
      let paths = nodes[index].paths
      for (path, next) in zip(paths, paths.dropFirst()) where path == next {
        throw Failure("\(path) is given twice: its packets would count twice")
      }
    }
    return nodes
  }

  private static func captures(in path: String) throws(Failure) -> [String] {
    guard path != "-", isDirectory(path) else { return [path] }
    let captures = try plainFiles(ofDirectory: path).filter(beginsAsCapture)
    guard !captures.isEmpty else {
      let folders = try folders(ofDirectory: path)
      let hint =
        folders.isEmpty
        ? "" : "; the folders in it are not read: name them, such as \(folders[0])"
      throw Failure(
        "\(path): no capture in this directory (pcap, pcapng, also .gz and .zst)\(hint)"
      )
    }
    return captures
  }
}
