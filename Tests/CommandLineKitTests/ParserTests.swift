import Testing

@testable import CommandLineKit

/// What a command line of `Sample` comes to, in one line.
private func outcome(_ line: String, _ environment: [String: String] = [:]) -> String {
  let words = line.split(separator: " ").map(String.init)
  do {
    switch try Parser.parse(words, as: Sample.root, environment: { environment[$0] }) {
    case .run(let path, let arguments): return "\(path.line): \(try told(path, arguments))"
    case .help(let path): return "help of \(path.line)"
    case .version(let path): return "version of \(path.line)"
    case .completions(_, let shell): return "completions for \(shell)"
    case .manPages(_, let directory): return "man pages in \(directory)"
    }
  } catch {
    return error.message
  }
}

/// The values that were given, in a fixed order.
private func told(_ path: CommandPath, _ arguments: Arguments) throws(Failure) -> String {
  var parts: [String] = []
  func tell<Value>(_ option: Option<Value>) throws(Failure) {
    let value = try arguments[option]
    if arguments.isGiven(option) { parts.append("\(option.specification.name)=\(value)") }
  }
  if arguments.isGiven(.progress) { try tell(.progress) }
  if path.command.name == "explain" {
    parts.append(try arguments[Sample.mode] ?? "everything")
  } else {
    try tell(Sample.format)
    if let filter = try arguments[Sample.filter] { parts.append("filter=\(filter)") }
    let nodes = try arguments[Sample.node]
    parts += nodes.map { "\($0.left) is \($0.right)" }
    try tell(Sample.top)
    try tell(Sample.follow)
    try tell(Sample.quiet)
    try tell(Sample.window)
    try tell(Sample.ring)
    try tell(Sample.ports)
    parts.append(try arguments[Sample.files].joined(separator: "+"))
  }
  return parts.joined(separator: " ")
}

@Suite struct `Command lines` {
  @Test(arguments: [
    ("legs a", "sample legs: a"),
    ("legs a b c", "sample legs: a+b+c"),
    ("legs -", "sample legs: -"),
    ("legs --format json a", "sample legs: format=json a"),
    ("legs --format=json a", "sample legs: format=json a"),
    ("legs -f json a", "sample legs: format=json a"),
    ("legs -fjson a", "sample legs: format=json a"),
    ("legs -Fqfcsv a", "sample legs: format=csv follow=true quiet=true a"),
    ("legs a --top 3 b", "sample legs: top=3 a+b"),
    ("legs --top 3 --top 4 a", "sample legs: top=4 a"),
    ("legs --filter= a", "sample legs: filter= a"),
    ("legs --filter --top a", "sample legs: filter=--top a"),
    ("legs --filter=a=b a", "sample legs: filter=a=b a"),
    ("legs -n n1=x -n n2=y=z a", "sample legs: n1 is x n2 is y=z a"),
    ("legs -- --format -f", "sample legs: --format+-f"),
    ("legs -F -- -", "sample legs: follow=true -"),
    ("--progress never legs a", "sample legs: progress=never a"),
    ("legs --progress=always a", "sample legs: progress=always a"),
    ("legs --udp 1,65535 a", "sample legs: udp=[1, 65535] a"),
    ("explain", "sample explain: everything"),
    ("explain A2", "sample explain: A2"),
  ])
  func `are read as GNU programs read them`(line: String, result: String) {
    #expect(outcome(line) == result)
  }

  @Test(arguments: [
    ("--help", "help of sample"),
    ("-h", "help of sample"),
    ("help", "help of sample"),
    ("help legs", "help of sample legs"),
    ("legs --help", "help of sample legs"),
    ("legs --top 3 -h", "help of sample legs"),
    ("legs -qh", "help of sample legs"),
    ("--version", "version of sample"),
    ("-V", "version of sample"),
    ("--completions zsh", "completions for zsh"),
    ("--man-pages=out", "man pages in out"),
  ])
  func `may ask for what every program has`(line: String, result: String) {
    #expect(outcome(line) == result)
  }

  @Test(arguments: [
    ("", "no command given: one of legs, explain (see 'sample --help')"),
    ("leg a", "unknown command 'leg'; did you mean 'legs'?"),
    ("serve", "unknown command 'serve' (see 'sample --help')"),
    ("help lesg", "unknown command 'lesg'; did you mean 'legs'?"),
    ("legs", "FILE is missing (see 'sample legs --help')"),
    ("explain A1 A2", "unexpected operand 'A2' (see 'sample explain --help')"),
    ("legs --fromat json a", "unknown option --fromat; did you mean --format?"),
    ("legs --form json a", "unknown option --form; did you mean --format?"),
    ("legs --wibble a", "unknown option --wibble (see 'sample legs --help')"),
    ("legs -x a", "unknown option -x (see 'sample legs --help')"),
    ("legs --version a", "unknown option --version (see 'sample legs --help')"),
    ("legs --top", "--top needs a value: --top N"),
    ("legs -f", "-f needs a value: -f WORD"),
    ("legs --follow=yes a", "--follow takes no value"),
    ("legs --format xml a", "--format: 'xml' is none of text, json, csv"),
    ("legs -f jsno a", "-f: 'jsno' is none of text, json, csv; did you mean json?"),
    ("legs --top 0 a", "--top: '0' is not between 1 and 1000"),
    (
      "legs --top 99999999999999999999 a", "--top: '99999999999999999999' is not between 1 and 1000"
    ),
    ("legs --top ten a", "--top: 'ten' is not a whole number"),
    ("legs --top +1 a", "--top: '+1' is not a whole number"),
    ("legs --top= a", "--top: '' is not a whole number"),
    ("legs --node n1 a", "--node: 'n1' is not NAME=FILE"),
    ("legs --udp 1,,2 a", "--udp: '1,,2' has an empty element"),
    ("legs --udp 0 a", "--udp: '0' is not between 1 and 65535"),
    ("legs --udp 65536 a", "--udp: '65536' is not between 1 and 65535"),
    ("legs --window 2x a", "--window: '2x' is not a time such as 30s, 500ms or 2m"),
    ("legs --window 2m a", "--window: '2m' is not between 1ms and 1m"),
    ("legs --ring 12Q a", "--ring: '12Q' is not a size such as 64MB"),
  ])
  func `that are wrong are told what is wrong in one line`(line: String, message: String) {
    #expect(outcome(line) == message)
  }

  @Test(arguments: [
    (["UDPPORT": "7,8"], "legs a", "sample legs: udp=[7, 8] a"),
    (["UDPPORT": "7"], "legs --udp 9 a", "sample legs: udp=[9] a"),
    (["UDPPORT": ""], "legs a", "sample legs: a"),
    (["UDPPORT": "x"], "legs a", "UDPPORT: 'x' is not a whole number"),
    (["FOLLOW": "yes"], "legs a", "sample legs: follow=true a"),
    (["FOLLOW": "0"], "legs a", "sample legs: follow=false a"),
    (["FOLLOW": "perhaps"], "legs a", "FOLLOW: 'perhaps' is neither yes nor no"),
    (["NODES": "n1=a,n2=b"], "legs c", "sample legs: n1 is a n2 is b c"),
    (["WINDOW": "90"], "legs a", "WINDOW: '90' is not between 1ms and 1m"),
  ])
  func `fall back to the environment`(
    environment: [String: String],
    line: String,
    result: String
  ) {
    #expect(outcome(line, environment) == result)
  }
}

@Suite struct `Quantities on a command line` {
  @Test(arguments: [
    ("30", 30_000_000_000), ("30s", 30_000_000_000), ("500ms", 500_000_000),
    ("2m", 120_000_000_000),
    ("1m30s", 90_000_000_000), ("1.5h", 5_400_000_000_000), ("0", 0), ("10us", 10_000),
    ("10µs", 10_000), ("7ns", 7), ("0.25", 250_000_000),
    ("0.999999999d", 86_399_999_913_600),
  ])
  func `are times with a unit, or seconds`(text: String, nanoseconds: Int64) throws {
    #expect(try Notation<Duration>.duration().read(text) == .nanoseconds(nanoseconds))
  }

  @Test(arguments: ["", "s", "-1s", "1 s", "1m30", "1.s", "1..5s", "99999999999d", "1e3s", "٣s"])
  func `are no times otherwise`(text: String) {
    #expect(throws: Failure.self) { try Notation<Duration>.duration().read(text) }
  }

  @Test(arguments: [
    (Duration.seconds(30), "30s"), (.milliseconds(500), "500ms"), (.seconds(90), "90s"),
    (.seconds(120), "2m"), (.zero, "0s"), (.nanoseconds(1), "1ns"), (.seconds(86_400), "1d"),
  ])
  func `are shown in the longest unit that is exact`(duration: Duration, text: String) {
    #expect(Notation<Duration>.duration().write(duration) == text)
  }

  @Test(arguments: [
    ("0", 0), ("4096", 4_096), ("64k", 65_536), ("64KB", 65_536), ("64MB", 67_108_864),
    ("2GiB", 2_147_483_648), ("1T", 1_099_511_627_776),
  ])
  func `are sizes with a unit, or bytes`(text: String, count: Int) throws {
    #expect(try Notation<Int>.bytes().read(text) == count)
  }

  @Test(arguments: [
    ("0", "'0' is less than 1"), ("-7", "'-7' is less than 1"),
    ("9223372036854775808", "'9223372036854775808' is too large"),
    ("-", "'-' is not a whole number"),
  ])
  func `are told the end of their range that was chosen`(text: String, message: String) {
    #expect(throws: Failure(message)) {
      try Notation<Int>.integer(in: 1...Int.max).read(text)
    }
  }

  @Test(arguments: [("4G", "'4G' is too large"), ("1T", "'1T' is too large")])
  func `are sizes that their type can hold`(text: String, message: String) {
    #expect(throws: Failure(message)) { try Notation<UInt32>.bytes().read(text) }
  }

  @Test(arguments: ["", "MB", "-1", "1.5G", "1ib", "99999999T", "1 k"])
  func `are no sizes otherwise`(text: String) {
    #expect(throws: Failure.self) { try Notation<Int>.bytes().read(text) }
  }
}
