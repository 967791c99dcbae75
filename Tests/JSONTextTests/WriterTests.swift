import JSONText
import Testing

private func text(_ style: JSONWriter.Style, _ body: (inout JSONWriter) -> Void) -> String {
  var writer = JSONWriter(style)
  body(&writer)
  return String(decoding: writer.bytes, as: UTF8.self)
}

private func example(_ writer: inout JSONWriter) {
  writer.object { writer in
    writer.member("schema", "stickler.report/1")
    writer.member("mode", nil as String?)
    writer.member("count", 3)
    writer.key("empty")
    writer.array { _ in }
    writer.key("nodes")
    writer.array { writer in
      writer.object { writer in writer.member("ok", true) }
      writer.object { _ in }
    }
  }
}

@Suite struct `Writing JSON` {
  @Test func `compact has no blanks`() {
    #expect(
      text(.compact, example)
        == #"{"schema":"stickler.report/1","mode":null,"count":3,"empty":[],"nodes":[{"ok":true},{}]}"#
    )
  }

  @Test func `pretty has a member a line`() {
    #expect(
      text(.pretty, example) == """
        {
          "schema": "stickler.report/1",
          "mode": null,
          "count": 3,
          "empty": [],
          "nodes": [
            {
              "ok": true
            },
            {}
          ]
        }
        """
    )
  }

  @Test(arguments: [
    ("", #""""#),
    ("a\"b\\c/", #""a\"b\\c/""#),
    (
      "\u{0}\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f}\u{7f}",
      #""\u0000\u0001\b\t\n\u000b\f\r\u001f"# + "\u{7f}\""
    ),
    ("é€😀", "\"é€😀\""),
  ])
  func `escapes what it must and no more`(string: String, written: String) throws {
    #expect(text(.compact) { $0.string(string) } == written)
    #expect(try JSONValue(written) == .string(string))
  }

  @Test(
    arguments: [
      (0.0, "0.0000"), (1, "1.0000"), (0.99996, "1.0000"), (0.99994, "0.9999"), (-0.5, "-0.5000"),
      (-0.00001, "0.0000"), (12_345.678901, "12345.6789"), (0.0001, "0.0001"),
      (.nan, "null"), (.infinity, "null"), (1e300, "1e+300"),
    ] as [(Double, String)]
  )
  func `writes four decimals`(value: Double, written: String) {
    #expect(text(.compact) { $0.number(value, decimals: 4) } == written)
  }

  @Test(
    arguments: [
      (0.1, "0.1"), (1, "1.0"), (1e21, "1e+21"), (5e-300, "5e-300"),
      (-Double.infinity, "null"),
    ] as [(Double, String)]
  )
  func `writes the shortest digits that read back`(value: Double, written: String) {
    #expect(text(.compact) { $0.number(value) } == written)
  }

  @Test func `writes integers of any width`() {
    let written = text(.compact) { writer in
      writer.array { writer in
        writer.integer(0)
        writer.integer(Int64.min)
        writer.integer(UInt64.max)
        writer.integer(UInt8(255))
        writer.integer(-10)
      }
    }
    #expect(written == "[0,-9223372036854775808,18446744073709551615,255,-10]")
  }

  @Test func `writes a tree by name`() throws {
    let tree = try JSONValue(#"{"b":[1,2.5,"x",null,true],"a":{"z":1,"y":{}}}"#)
    #expect(
      text(.compact) { $0.value(tree) } == #"{"a":{"y":{},"z":1},"b":[1,2.5,"x",null,true]}"#
    )
  }

  @Test func `lines follow one another, also across drains`() {
    var writer = JSONWriter(.compact)
    var all: [UInt8] = []
    for number in 1...2 {
      writer.object { writer in writer.member("n", number) }
      writer.newline()
      all += writer.drain()
    }
    #expect(String(decoding: all, as: UTF8.self) == "{\"n\":1}\n{\"n\":2}\n")
    writer.beginArray()
    writer.integer(1)
    all = writer.drain()
    writer.integer(2)
    writer.endArray()
    all += writer.drain()
    #expect(String(decoding: all, as: UTF8.self) == "[1,2]")
  }
}
