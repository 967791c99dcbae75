import TestSupport
import Testing

/// `--ipfix` writes what was observed, and `analyze` reads it in place of the captures.
@Suite struct ObservedFileTests {
  private static let flush = "captures/iptables-hostgw-flush"

  /// The folders of `captures/`, in a few handfuls that can be tried side by side.
  private static let recordings: [[String]] = {
    let listing = try? Command("find", ["\(Program.root)/captures", "-name", "n1.pcap*"]).output
    let folders = (listing ?? "").split(separator: "\n").sorted().map { path in
      "captures/" + path.split(separator: "/").dropLast().suffix(1).joined()
    }
    return stride(from: 0, to: folders.count, by: 13).map { start in
      Array(folders[start..<min(start + 13, folders.count)])
    }
  }()

  @Test func `there are recordings`() {
    #expect(Self.recordings.joined().count > 40)
  }

  @Test(arguments: recordings)
  func `observations give the report that their captures give, byte for byte`(recordings: [String])
    throws
  {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/all.ipfix"
    for recording in recordings {
      let words = "-i \(recording) -f json"
      let captured = try Program.run("analyze \(recording) \(words) --ipfix \(file)")
      let observed = try Program.run("analyze \(file) \(words)")
      #expect(observed.output == captured.output, Comment(rawValue: recording))
      #expect(observed.status == captured.status, Comment(rawValue: recording))
      #expect(captured.output.utf8.count > 1_000, Comment(rawValue: recording))
    }
  }

  @Test
  func `a file from each node gives the same as one of all, and captures may stand beside them`()
    throws
  {
    let folder = try TemporaryFolder()
    for node in ["n1", "n2", "n3"] {
      let words = "analyze \(Self.flush)/\(node).pcap --ipfix \(folder.path)/of-\(node)"
      #expect(try Program.run(words).errors == "")
    }
    let options = "-i \(Self.flush) -f json"
    let all = try Program.run("analyze \(Self.flush) \(options)").output
    let observed = try Program.run("analyze \(folder.path)/of-n? \(options)")
    #expect(observed.output == all)
    #expect(observed.errors == "")
    let mixed = try Program.run(
      "analyze \(Self.flush)/n1.pcap \(folder.path)/of-n2 \(folder.path)/of-n3 \(options)"
    )
    #expect(mixed.output == all)
    // What was read from there can be written again.
    let words = "analyze \(folder.path)/of-n? \(options) --ipfix \(folder.path)/all"
    #expect(try Program.run(words).output == all)
    #expect(try Program.run("analyze \(folder.path)/all \(options)").output == all)
  }

  @Test func `that a capture was cut is told with what was observed of it`() throws {
    let folder = try TemporaryFolder()
    let script = "head -c 100000 \(Self.flush)/n1.pcap >'\(folder.path)/n1.pcap'"
    #expect(try Command("sh", ["-c", "cd '\(Program.root)' && \(script)"]).status == 0)
    let words = "analyze \(folder.path)/n1.pcap -f json --ipfix \(folder.path)/n1.ipfix"
    let captured = try Program.run(words)
    let observed = try Program.run("analyze \(folder.path)/n1.ipfix -f json")
    #expect(captured.output.contains("\"cut-capture\""))
    #expect(observed.output == captured.output)
  }

  /// A whole file, one that is cut, one that goes on with something else, and another exporter's.
  private func prepare(_ folder: borrowing TemporaryFolder) throws {
    let file = "\(folder.path)/n1.ipfix"
    _ = try Program.run("analyze \(Self.flush)/n1.pcap --ipfix \(file)")
    let script = """
      cd '\(folder.path)' && head -c -100 n1.ipfix >cut.ipfix \
      && { cat n1.ipfix; echo 'something else, and more of it'; } >wrong.ipfix
      """
    #expect(try Command("sh", ["-c", script]).status == 0)
    _ = try folder.write(
      "other.ipfix",
      bytes("000a 0024 00000000 00000000 00000000 0002 000c 0100 0001 0008 0004 0100 0008 c0000201")
    )
  }

  @Test(arguments: [
    (
      "@/n1.ipfix --filter udp",
      "--filter looks at packets, and @/n1.ipfix has none: filter its captures"
    ),
    (
      "@/n1.ipfix --evidence @/x.pcapng",
      "--evidence writes packets, and @/n1.ipfix has none: give its captures"
    ),
    (
      "\(flush)/n1.pcap --ipfix @/x --anonymize",
      "--ipfix tells addresses as they are: it cannot be had with --anonymize"
    ),
    (
      "@/n1.ipfix \(flush)/n1.pcap",
      "@/n1.ipfix and \(flush)/n1.pcap are both of node n1: its packets would count twice"
    ),
    (
      "@/n1.ipfix --ipfix @/n1.ipfix",
      "--ipfix @/n1.ipfix would replace a file which is read; give another name"
    ),
    ("@/other.ipfix", "@/other.ipfix: IPFIX, but no observation of Stickler's is in it"),
  ])
  func `what cannot be is said in one line`(words: String, message: String) throws {
    let folder = try TemporaryFolder()
    try prepare(folder)
    let before = folder.names
    let run = try Program.run("analyze " + words.replacing("@", with: folder.path))
    #expect(run.status == 3)
    #expect(run.output == "")
    #expect(run.errors == "stickler: \(message.replacing("@", with: folder.path))\n")
    #expect(folder.names == before)
  }

  @Test func `a name from a file does not write on the terminal`() throws {
    let folder = try TemporaryFolder()
    try prepare(folder)
    // The file ends with the node's name.
    let script = "{ head -c -2 n1.ipfix; printf '\\033m'; } >bad.ipfix"
    #expect(try Command("sh", ["-c", "cd '\(folder.path)' && \(script)"]).status == 0)
    let run = try Program.run("analyze \(folder.path)/bad.ipfix")
    #expect(run.output.contains("captured  1 node (\u{fffd}m), "))
  }

  @Test func `of a file that is cut the whole messages count, and what is missing is said`() throws
  {
    let folder = try TemporaryFolder()
    try prepare(folder)
    let all = try Program.run(
      "analyze \(Self.flush)/n1.pcap \(Self.flush)/n2.pcap --ipfix \(folder.path)/two.ipfix"
    )
    #expect(all.status != 3)
    let size = try Command("sh", ["-c", "wc -c <'\(folder.path)/two.ipfix'"]).output
    let length = try #require(Int(size.filter(\.isNumber)))
    let script = "head -c \(length - 10) '\(folder.path)/two.ipfix' >'\(folder.path)/cut.ipfix'"
    #expect(try Command("sh", ["-c", script]).status == 0)
    let run = try Program.run("analyze \(folder.path)/cut.ipfix -f json")
    #expect(run.status != 3)
    #expect(run.output.contains("\"name\": \"n1\""))
    #expect(run.errors.contains("cut.ipfix: the file ends inside its last message; "))
  }

  @Test func `what stands before other bytes is still reported`() throws {
    let folder = try TemporaryFolder()
    try prepare(folder)
    let whole = try Program.run("analyze \(folder.path)/n1.ipfix")
    let run = try Program.run("analyze \(folder.path)/wrong.ipfix")
    #expect(run.status == 3)
    let lines = whole.output.split(separator: "\n").prefix(3)
    #expect(Array(run.output.split(separator: "\n").prefix(3)) == Array(lines))
    #expect(run.output.contains("the file is cut short"))
    let length = try Command("sh", ["-c", "wc -c <'\(folder.path)/n1.ipfix'"]).output
      .filter(\.isNumber)
    #expect(
      run.errors
        == "stickler: \(folder.path)/wrong.ipfix: byte \(length): this is no IPFIX message\n"
    )
  }
}
