import CommandLineKit
import Testing

@Suite struct KeyTests {
  @Test(
    arguments: [
      (
        "q/é€😀",
        [Key.character("q"), .character("/"), .character("é"), .character("€"), .character("😀")]
      ),
      ("\u{1b}[A\u{1b}[B\u{1b}OA", [.up, .down, .up]),
      (
        "\u{1b}[5~\u{1b}[6~\u{1b}[1~\u{1b}[4~\u{1b}[H\u{1b}[F",
        [.pageUp, .pageDown, .home, .end, .home, .end]
      ),
      ("\u{1b}", [.escape]), ("\u{1b}x", [.escape, .character("x")]),
      ("\t\r\n\u{7f}\u{8}\u{3}", [.tab, .enter, .enter, .backspace, .backspace, .interrupt]),
      ("\u{1b}[1;5Cz\u{1}", [.character("z")]),
    ] as [(String, [Key])]
  )
  func `bytes are keys`(text: String, keys: [Key]) {
    var reader = KeyReader()
    #expect(reader.take(Array(text.utf8)) == keys)
  }

  @Test func `a key may come in pieces, and no bytes keep the reader from the next ones`() {
    var reader = KeyReader()
    #expect(reader.take([0x1b, 0x5b]) == [])
    #expect(reader.take([0x41]) == [.up])
    #expect(reader.take([0xe2, 0x82]) == [])
    #expect(reader.take([0xac]) == [.character("€")])
    #expect(reader.take([0xff, 0xfe, 0x61]) == [.character("a")])
    #expect(reader.take([0x1b, 0x5b] + [UInt8](repeating: 0x31, count: 40)) == [])
    #expect(reader.take([0x71]) == [.character("q")])
  }
}
