import Glibc
import Testing

@testable import CommandLineKit

@Suite struct `The width of text` {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("→", 1), ("…", 1), ("한", 2),
    ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2), ("\u{200b}", 0), ("a\u{300}\u{301}b", 2), ("ﾊ", 1), ("Ａ", 2),
  ])
  func `is counted in columns`(text: String, width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test(arguments: [
    ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""),
    ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
  ])
  func `is cut between characters`(text: String, width: Int, result: String) {
    #expect(text.truncated(to: width) == result)
  }
}

@Suite struct `A table` {
  private static func sample() -> Table {
    var table = Table([.init("LEG", minimumWidth: 8), .init("PACKETS", .right), .init("NODE")])
    table.append(["203.0.113.1:40000", "7", Table.Cell("n1", .green)])
    table.append(["日本", "1,200", "node-two"])
    return table
  }

  @Test func `aligns its columns and ends no line with spaces`() {
    #expect(
      Self.sample().lines(width: nil) == [
        "LEG                PACKETS  NODE",
        "203.0.113.1:40000        7  n1",
        "日本                 1,200  node-two",
      ]
    )
  }

  @Test func `cuts what may be cut where the screen is narrow, and no further than said`() {
    #expect(
      Self.sample().lines(width: 30) == [
        "LEG          PACKETS  NODE",
        "203.0.113.…        7  n1",
        "日本           1,200  node-two",
      ]
    )
    #expect(Self.sample().lines(width: 5)[1] == "203.0.1…        7  n1")
  }

  @Test func `measures what is seen, not the codes of colours`() {
    #expect(
      Self.sample().lines(width: 30, style: Style(isOn: true))[1]
        == "203.0.113.…        7  \u{1b}[32mn1\u{1b}[0m"
    )
  }
}

@Suite struct `A terminal` {
  @Test func `that is none has no colour and the width that COLUMNS says`() throws {
    let file = unsafe open("/dev/null", O_RDWR)
    defer { close(file) }
    #expect(
      Terminal(descriptor: file) { $0 == "COLUMNS" ? "132" : nil }
        == Terminal(isTerminal: false, width: 132, hasColor: false)
    )
    #expect(Terminal(descriptor: file) { _ in nil }.width == 80)
    #expect(Terminal(descriptor: file) { _ in "-3" }.width == 80)
  }

  /// A pseudo-terminal of 97 columns, as `script` or `ssh -t` make one.
  @Test(arguments: [
    ([:], true), (["NO_COLOR": "1"], false), (["NO_COLOR": ""], true), (["TERM": "dumb"], false),
  ])
  func `has colour unless it is refused`(environment: [String: String], hasColor: Bool) throws {
    let pseudo = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY)
    try #require(pseudo >= 0)
    defer { close(pseudo) }
    // TIOCSPTLCK and TIOCGPTN, whose macros are arithmetic: unlock the other end and ask for its number.
    var (lock, number) = (Int32(0), Int32(0))
    try #require(unsafe ioctl(pseudo, 0x4004_5431, &lock) == 0)
    try #require(unsafe ioctl(pseudo, 0x8004_5430, &number) == 0)
    var size = winsize(ws_row: 24, ws_col: 97, ws_xpixel: 0, ws_ypixel: 0)
    try #require(unsafe ioctl(pseudo, UInt(TIOCSWINSZ), &size) == 0)
    let terminal = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    try #require(terminal >= 0)
    defer { close(terminal) }
    #expect(
      Terminal(descriptor: terminal) { environment[$0] }
        == Terminal(isTerminal: true, width: 97, hasColor: hasColor)
    )
  }

  @Test(arguments: [
    (WhenToShow.auto, true, true), (.auto, false, false), (.always, false, true),
    (.never, true, false),
  ])
  func `shows progress when it is asked to`(mode: WhenToShow, isTerminal: Bool, shows: Bool) {
    #expect(Terminal(isTerminal: isTerminal, width: 80, hasColor: false).shows(mode) == shows)
  }
}

@Suite struct `A progress bar` {
  @Test(arguments: [
    (
      UInt64(0), UInt64?(100), 80,
      "n1.pcap [----------------------------------------]   0% "
    ),
    (
      50, 100, 80,
      "n1.pcap [####################--------------------]  50% 4s left"
    ),
    (100, 100, 80, "n1.pcap [########################################] 100% 0s left"),
    (500, 100, 80, "n1.pcap [########################################] 100% 0s left"),
    (50, 100, 40, "n1.pcap [#####------]  50% 4s left"),
    (50, 100, 20, "n1.pcap  50%"),
    (50, nil, 80, "n1.pcap 4s"),
  ])
  func `fits the terminal and never passes its end`(
    done: UInt64,
    total: UInt64?,
    width: Int,
    line: String
  ) {
    #expect(
      ProgressBar.line(
        label: "n1.pcap",
        done: done,
        total: total,
        elapsed: .seconds(4),
        width: width
      )
        == line
    )
  }
}

@Suite struct `Buffered output` {
  @Test func `to a full disk is a failure that says so`() {
    let full = unsafe open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(throws: Failure("cannot write to n1.pcap: No space left on device")) {
      var output = Output(descriptor: full, name: "n1.pcap")
      try output.line("x")
      try output.flush()
    }
  }

  @Test func `to a reader that has gone is a failure of its own kind`() throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let error = #expect(throws: Failure.self) {
      var output = Output(descriptor: ends[1], name: "standard output")
      for _ in 0..<10_000 { try output.line("a line of some length") }
    }
    #expect(error?.isBrokenPipe == true)
  }

  @Test func `arrives whole and in order`() throws {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    var output = Output(descriptor: ends[1], name: "pipe")
    try output.write("a")
    try output.line("b")
    try output.write(bytes: [0x63, 0x0a])
    try output.flush()
    close(ends[1])
    var bytes: [UInt8] = Array(repeating: 0, count: 16)
    let count = unsafe read(ends[0], &bytes, bytes.count)
    close(ends[0])
    #expect(Array(bytes.prefix(count)) == Array("ab\nc\n".utf8))
  }
}
