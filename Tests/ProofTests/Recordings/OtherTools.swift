import TestSupport

/// Captures as the tools of others rewrite them.
extension NodeRecords {
  func compressed() throws -> NodeFile {
    let folder = try TemporaryFolder()
    let path = try folder.write("\(node).pcap", file.bytes)
    try run("gzip", [path])
    return NodeFile(node: node, bytes: try contents(of: "\(path).gz"))
  }

  /// editcap's pcapng, in blocks of its own making.
  func editedByEditcap() throws -> NodeFile {
    let folder = try TemporaryFolder()
    let path = try folder.write("\(node).pcap", file.bytes)
    let edited = try folder.write("edited", [])
    try run("editcap", ["-F", "pcapng", path, edited])
    return NodeFile(node: node, bytes: try contents(of: edited))
  }
}

extension [NodeRecords] {
  func mergedByMergecap() throws -> [NodeFile] {
    let folder = try TemporaryFolder()
    let paths = try map { try folder.write("\($0.node).pcap", $0.file.bytes) }
    let merged = try folder.write("merged", [])
    try run("mergecap", ["-w", merged] + paths)
    return [NodeFile(node: "merged", bytes: try contents(of: merged))]
  }
}

/// Runs another's program, which has to succeed.
private func run(_ program: String, _ arguments: [String]) throws {
  let command = try Command(program, arguments)
  guard command.status == 0 else {
    throw ToolError(description: "\(program) failed: \(command.output)")
  }
}

private struct ToolError: Error, CustomStringConvertible {
  var description: String
}
