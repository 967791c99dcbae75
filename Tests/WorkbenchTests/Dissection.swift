import TestSupport

/// What tshark reads from a savefile: one line a packet, the fields separated by spaces.
func dissect(_ savefile: [UInt8], _ fields: String...) throws -> [String] {
  let folder = try TemporaryFolder()
  let file = try folder.write("capture", savefile)
  return try dissect(
    file: file,
    fields,
    ["-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
  ).map { $0.joined(separator: " ").trimmingTrailingSpaces }
}

/// The same as columns; of a field that occurs twice, as in a tunnel, the values are separated by commas.
func dissect(file: String, _ fields: [String], _ options: [String] = []) throws -> [[String]] {
  let command = try Command(
    "tshark",
    ["-n", "-r", file, "-d", "udp.port==8472,vxlan", "-T", "fields", "-E", "separator=;"]
      + options + fields.flatMap { ["-e", $0] }
  )
  return command.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
    $0.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
  }
}

extension String {
  var trimmingTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
