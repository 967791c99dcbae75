import JSONText
import TestSupport
import Testing

/// What a first-time user meets: messages, exit codes, and inputs of every kind.
@Suite struct AnalyzeCommandTests {
  static let flush = "captures/iptables-hostgw-flush"

  /// A file that holds nothing useful, where the test's folder is written as `@`.
  private func prepare(_ folder: borrowing TemporaryFolder) throws {
    _ = try folder.write("empty.pcap", [])
    _ = try folder.write("notes.txt", Array("not a capture, but a text\n".utf8))
    let script = """
      cd '\(Program.root)' && head -c 24 \(Self.flush)/n1.pcap >@/header.pcap \
      && head -c 100000 \(Self.flush)/n1.pcap >@/cut.pcap && cp \(Self.flush)/n1.pcap @/a.pcap \
      && cp \(Self.flush)/n3.pcap @/b.pcap && gzip -c \(Self.flush)/n1.pcap >@/n1.pcap \
      && cp \(Self.flush)/cluster.json @/c.json
      """
    let made = try Command("sh", ["-c", script.replacing("@", with: folder.path)])
    #expect(made.status == 0)
  }

  /// Policy Local: the pods that clients reach with their own addresses are the node's.
  @Test func `a capture is of the node whose pods it serves, whatever it is called`() throws {
    let folder = try TemporaryFolder()
    let from = "captures/iptables-hostgw-local"
    let script = "cp '\(Program.root)/\(from)/n1.pcap' \(folder.path)/capture.pcap"
    #expect(try Command("sh", ["-c", script]).status == 0)
    let run = try Program.run("analyze \(folder.path)/capture.pcap -i \(from)/cluster.json")
    #expect(run.status == 0)
    #expect(run.output.contains("1 node (n1)"))
    #expect(run.output.contains("pass          no-cross-node"))
  }

  @Test(arguments: [
    ("", "FILE is missing: which captures are to be read? (- is standard input)"),
    ("@/missing.pcap", "@/missing.pcap: No such file or directory"),
    ("@/empty.pcap", "@/empty.pcap: this is not a capture: the file is empty"),
    ("@/notes.txt", "@/notes.txt: this is not a capture: it looks like text"),
    ("k8s", "k8s: no capture in this directory (pcap, pcapng, also .gz and .zst)"),
    ("@/a.pcap @/a.pcap", "@/a.pcap is given twice: its packets would count twice"),
    ("@/a.pcap -f yaml", "-f: 'yaml' is none of text, json, junit, html, prometheus"),
    (
      "@/a.pcap --filter 'udp and'", "filter 'udp and': can't parse filter expression: syntax error"
    ),
    (
      "@/a.pcap --service 1.2.3.4",
      "--service: '1.2.3.4' is neither a service (default/dns) nor an endpoint "
        + "(203.0.113.1:53, [2001:db8::1]:53)"
    ),
    (
      "@/a.pcap --service default/dns",
      "--service default/dns: names are known from an --inventory only; give IP:PORT"
    ),
    (
      "@/a.pcap --service default/dns -i \(flush)",
      "--service default/dns: no such service in the inventory, which has default/kubernetes, "
        + "default/udp-server"
    ),
    ("@/a.pcap -i @/none.json", "@/none.json: No such file or directory"),
    ("@/a.pcap -i k8s", "k8s: no inventory in this directory; expected the output of"),
    ("@/a.pcap -i @/b.pcap", "@/b.pcap: a capture; --inventory takes the JSON that kubectl prints"),
    ("@/a.pcap -o @/none/x", "--output @/none/x: No such file or directory"),
    ("@/a.pcap --html @/a.pcap", "--html @/a.pcap would replace a file which is read"),
    ("@/a.pcap -o @/x --html @/x", "--html @/x: another option writes this file too"),
    ("@/a.pcap -o @", "--output @: this is a directory"),
    ("@/a.pcap -i @/c.json -o @/c.json", "--output @/c.json would replace a file which is read"),
    ("@/a.pcap -i @/c.json --html @/c.json", "--html @/c.json would replace a file which is read"),
    (
      "@/a.pcap -i @/c.json --evidence @/c.json",
      "--evidence @/c.json would replace a file which is read"
    ),
    ("@/a.pcap -i @ -o @/c.json", "--output @/c.json would replace a file which is read"),
    (
      "@/a.pcap --html -", "--html -: standard output already takes the report; name a file"
    ),
    (
      "@/a.pcap -o @/x --evidence - --html -",
      "--evidence -: standard output already takes what --html writes; name a file"
    ),
    (
      "@/a.pcap -i @/c.json$(printf '\\100')yesterday",
      "@/c.json: 'yesterday' is no time; expected FILE"
    ),
    (
      "@/a.pcap --ignore A1,A2 --fail-on A2",
      "--fail-on A2 and --ignore A2: a mode cannot fail and be ignored"
    ),
    ("--node n1=", "--node: the name of the file is missing"),
    (
      "captures",
      "captures: no capture in this directory (pcap, pcapng, also .gz and .zst); the folders in it are not "
        + "read: name them, such as captures/"
    ),
  ])
  func `what is wrong is said in one line, and nothing is printed`(words: String, message: String)
    throws
  {
    let folder = try TemporaryFolder()
    try prepare(folder)
    let before = folder.names
    let run = try Program.run("analyze " + words.replacing("@", with: folder.path))
    #expect(run.status == 3)
    #expect(run.output == "")
    #expect(run.errors.hasPrefix("stickler: "))
    #expect(run.errors.contains(message.replacing("@", with: folder.path)), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(folder.names == before)
  }

  @Test func `what could be read is still reported`() throws {
    let folder = try TemporaryFolder()
    try prepare(folder)
    let run = try Program.run("analyze \(folder.path)/a.pcap \(folder.path)/missing.pcap")
    #expect(run.status == 3)
    #expect(run.output.contains("sessions  12, of which 12 moved"))
    #expect(run.output.contains("captured  1 node (a), 1,590 packets"))
    #expect(run.errors == "stickler: \(folder.path)/missing.pcap: No such file or directory\n")
  }

  @Test(arguments: [
    (
      "@/cut.pcap",
      "@/cut.pcap: byte 99994: the last record is cut short: the file ends 6 bytes into it"
    ),
    ("@/header.pcap", "the captures hold no packet at all"),
    ("@/a.pcap --filter tcp", "the captures hold no packet that --filter lets through"),
  ])
  func `what is doubtful is a warning`(words: String, message: String) throws {
    let folder = try TemporaryFolder()
    try prepare(folder)
    let run = try Program.run("analyze " + words.replacing("@", with: folder.path))
    #expect(run.status != 3)
    #expect(run.errors == "stickler: warning: \(message.replacing("@", with: folder.path))\n")
  }

  @Test(arguments: ["text", "json", "html"])
  func `a capture that is cut short is a blind spot of the report itself`(format: String) throws {
    let folder = try TemporaryFolder()
    try prepare(folder)
    let run = try Program.run("analyze \(folder.path)/cut.pcap -f \(format)")
    // A line of text is broken at some blank.
    let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("the file is cut short: what it may have held behind its last whole"))
    #expect(format != "text" || words.contains("BLIND SPOTS \(folder.path)/cut.pcap: the file"))
  }

  @Test func `compressed, piped, merged and in a folder, a capture gives the same sessions`() throws
  {
    let folder = try TemporaryFolder()
    try prepare(folder)
    func sessions(_ words: String) throws -> JSONValue? {
      let run = try Program.run(words.replacing("@", with: folder.path))
      #expect(run.errors == "")
      return try JSONValue(run.output)["sessions"]
    }
    let plain = try sessions("analyze \(Self.flush)/n1.pcap -f json")
    #expect(plain?.array?.count == 12)
    // Compressed although its name does not say so.
    #expect(try sessions("analyze @/n1.pcap -f json") == plain)
    #expect(try sessions("analyze --node n1=- -f json <\(Self.flush)/n1.pcap") == plain)
    #expect(try sessions("analyze --node n1=@/a.pcap -f json") == plain)
    let all = try sessions("analyze \(Self.flush)/n?.pcap -f json")
    #expect(try sessions("analyze \(Self.flush) -f json") == all)
  }

  @Test func `captures with names of their own are known by the addresses of their nodes`() throws {
    let folder = try TemporaryFolder()
    try prepare(folder)
    let run = try Program.run(
      "analyze \(folder.path)/a.pcap \(folder.path)/b.pcap -i \(Self.flush)"
    )
    #expect(run.output.contains("captured  2 nodes (n1, n3)"))
  }

  @Test func `a report goes to a file whole, and a reader that leaves is no error`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/report.json"
    let run = try Program.run("analyze \(Self.flush) -f json -o \(path)")
    #expect(run.status == 1)
    #expect(run.output == "")
    #expect(folder.names == ["report.json"])
    #expect(try Schema().problems(of: JSONValue(text(ofFile: path))) == [])
    let cut = try Program.run("analyze \(Self.flush) --sessions | head -n 1")
    #expect(cut.output.hasPrefix("FAIL: "))
    #expect(cut.errors == "")
  }

  @Test func `what is ignored is said, with how much that is`() throws {
    let run = try Program.run("analyze \(Self.flush) -i \(Self.flush) --ignore A2,A1")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("PASS: "))
    #expect(
      run.output.contains(
        "ignored  A2 proxy-restart-flush (12 findings), neither told nor judged, as --ignore asks\n"
      )
    )
    let json = try Program.run("analyze \(Self.flush) -i \(Self.flush) --ignore A2 -f json").output
    let kinds = try JSONValue(json)["blind_spots"]?.array?.map { $0["kind"]?.string ?? "" }
    #expect(kinds?.contains("ignored-modes") == true)
  }

  @Test func `a mode that fails by the user's word is what the verdict names`() throws {
    let folder = "captures/A1-idle-expiry"
    #expect(try Program.run("analyze \(folder) -i \(folder)").status == 0)
    let run = try Program.run("analyze \(folder) -i \(folder) --fail-on A1")
    #expect(run.status == 1)
    #expect(run.output.hasPrefix("FAIL: A1 idle-expiry, which --fail-on forbids\n"))
  }

  @Test func `a key anonymizes by itself, and gives the same names again`() throws {
    let words = "analyze \(Self.flush) -i \(Self.flush) --anonymize-key secret"
    let run = try Program.run(words)
    #expect(run.output.contains("ns-"))
    #expect(!run.output.contains("default/"))
    #expect(!run.output.contains("203.0.113."))
    #expect(try Program.run(words).output == run.output)
    #expect(
      try Program.run("analyze \(Self.flush) -i \(Self.flush) --anonymize").output != run.output
    )
  }
}
