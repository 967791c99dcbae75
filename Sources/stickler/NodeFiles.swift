import CaptureFiles
import CommandLineKit

/// The captures of one node, in the order in which they were given.
struct NodeFiles: Hashable, Sendable {
  var node: String
  var paths: [String]

  static let node = Option(
    repeating: "node",
    .pair(.text("NAME"), .file),
    "a capture and the node that it is from; without it a node is called as its file or folder, or known by its addresses"
  )

  static let files = Argument(
    repeating: "FILE",
    .file,
    atLeast: 0,
    "captures (pcap, pcapng, also .gz and .zst); - is standard input"
  )

  /// Who captured what, nodes in the order of their names.
  static func read(_ arguments: Arguments) throws(Failure) -> [NodeFiles] {
    try grouped(arguments) { path throws(Failure) in [path] }
  }

  /// The same, after each path was replaced by what `expanding` finds there.
  static func grouped(
    _ arguments: Arguments,
    expanding: (String) throws(Failure) -> [String]
  ) throws(Failure) -> [NodeFiles] {
    var paths: [String: [String]] = [:]
    for pair in try arguments[node] {
      guard !pair.left.isEmpty else { throw Failure("--node =\(pair.right): the name is missing") }
      paths[pair.left, default: []] += try expanding(pair.right)
    }
    var unnamed: [String] = []
    for given in try arguments[files] { unnamed += try expanding(given) }
    let folders = Dictionary(grouping: Set(unnamed.map(Place.init)), by: \.name)
    func isShared(_ place: Place) -> Bool { folders[place.name].map { $0.count > 1 } ?? false }
    // Where folders have an interface in common, each has a node's interfaces.
    let nodeFolders = Set(
      unnamed.map(Place.init).filter { isShared($0) && $0.isInterface }.map(\.folder)
    )
    for path in unnamed {
      let place = Place(path)
      let name: String
      if nodeFolders.contains(place.folder) {
        name = place.folder
      } else {
        // One name in several folders mostly is one folder a node.
        name = isShared(place) ? "\(place.folder)/\(place.name)" : place.name
      }
      paths[name, default: []].append(path)
    }
    guard !paths.isEmpty else {
      throw Failure("FILE is missing: which captures are to be read? (- is standard input)")
    }
    guard paths.values.joined().count(where: { $0 == "-" }) <= 1 else {
      throw Failure("- is given twice: standard input can be read only once")
    }
    return paths.map { NodeFiles(node: $0.key, paths: $0.value) }.sorted { $0.node < $1.node }
  }

  /// Where a file is, and what its node is called after it.
  private struct Place: Hashable {
    var folder: String
    var name: String

    init(_ path: String) {
      name = nodeName(of: path)
      folder = path.split(separator: "/").dropLast().last.map(String.init) ?? "."
    }

    /// Whether the file is called as interfaces are, of networks that nodes commonly have.
    var isInterface: Bool {
      let words = [
        "eth", "en", "bond", "veth", "cali", "lxc", "cni", "cbr", "br", "docker", "flannel",
        "vxlan", "tun", "lo",
      ]
      return name == "lo"
        || words.contains { name.hasPrefix($0) && name.contains(where: \.isNumber) }
    }
  }

  /// The node's name without the folder that may stand before it.
  static func baseName(_ node: String) -> String {
    node.split(separator: "/").last.map(String.init) ?? node
  }

  /// A file's name without its folder and its endings: `n1` for `captures/n1.pcap.gz`, and for `n1.pcap3` or
  /// `n1_00003_20261121064909.pcapng` of a ring.
  static func nodeName(of path: String) -> String {
    if path == "-" { return "stdin" }
    var name = path.split(separator: "/").last.map(String.init) ?? path
    if let ring = RingFileName(name), !ring.prefix.isEmpty { return ring.prefix }
    for ending in [".gz", ".zst"] where name.hasSuffix(ending) && name.count > ending.count {
      name.removeLast(ending.count)
    }
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
