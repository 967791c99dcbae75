import JSONText
import Testing

/// Reads `text` as one value, or says why not.
private func reason(_ text: String) -> JSONError.Reason? {
  reason(Array(text.utf8))
}

private func reason(_ bytes: [UInt8]) -> JSONError.Reason? {
  do {
    _ = try JSONValue(bytes)
    return nil
  } catch {
    return error.reason
  }
}

@Suite struct `Reading JSON` {
  @Test(arguments: [
    ("null", JSONValue.null),
    (" true ", .bool(true)),
    ("false", .bool(false)),
    ("0", .integer(0)),
    ("-0", .integer(0)),
    ("-12", .integer(-12)),
    ("9223372036854775807", .integer(.max)),
    ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .number(9_223_372_036_854_775_808)),
    ("1.5", .number(1.5)),
    ("1e2", .number(100)),
    ("-2.5E-1", .number(-0.25)),
    ("1e-400", .number(0)),
    ("\"\"", .string("")),
    ("\"a b\"", .string("a b")),
    (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{c}\n\r\t")),
    (#""\u0041\u00e9\u20AC""#, .string("Aé€")),
    (#""\ud83d\ude00!""#, .string("😀!")),
    (#""\u0000""#, .string("\0")),
    ("\"é€😀\u{7f}\"", .string("é€😀\u{7f}")),
    ("[]", .array([])),
    ("[ 1 , [ ] , {} ]", .array([.integer(1), .array([]), .object([:])])),
    ("{}", .object([:])),
    (
      #"{"a":{"b":[null]},"c":"d"}"#,
      .object(["a": .object(["b": .array([.null])]), "c": .string("d")])
    ),
    ("\t\r\n {\"a\" : 1}", .object(["a": .integer(1)])),
    ("\u{feff}1", .integer(1)),
  ])
  func `takes every kind of value`(text: String, value: JSONValue) throws {
    #expect(try JSONValue(text) == value)
  }

  @Test func `lets the last of equal names count`() throws {
    #expect(try JSONValue(#"{"a":1,"\u0061":2}"#)["a"] == .integer(2))
  }

  @Test(arguments: [
    ("", JSONError.Reason.endsEarly),
    (" ", .endsEarly),
    ("{", .endsEarly),
    ("[1,", .endsEarly),
    ("\"abc", .endsEarly),
    (#""\"#, .endsEarly),
    (#""\u12"#, .endsEarly),
    ("-", .endsEarly),
    ("1.", .endsEarly),
    ("1e", .endsEarly),
    ("1e+", .endsEarly),
    ("tru", .endsEarly),
    ("trve", .unexpected(UInt8(ascii: "v"))),
    ("nulL", .unexpected(UInt8(ascii: "L"))),
    ("[1,]", .unexpected(UInt8(ascii: "]"))),
    ("[,1]", .unexpected(UInt8(ascii: ","))),
    ("[1 2]", .unexpected(UInt8(ascii: "2"))),
    ("{,}", .unexpected(UInt8(ascii: ","))),
    (#"{"a":1,}"#, .unexpected(UInt8(ascii: "}"))),
    (#"{"a" 1}"#, .unexpected(UInt8(ascii: "1"))),
    (#"{"a":}"#, .unexpected(UInt8(ascii: "}"))),
    ("{a:1}", .unexpected(UInt8(ascii: "a"))),
    ("{1:1}", .unexpected(UInt8(ascii: "1"))),
    ("[1}", .unexpected(UInt8(ascii: "}"))),
    ("{\"a\":1]", .unexpected(UInt8(ascii: "]"))),
    ("]", .unexpected(UInt8(ascii: "]"))),
    ("'a'", .unexpected(UInt8(ascii: "'"))),
    ("NaN", .unexpected(UInt8(ascii: "N"))),
    ("+1", .unexpected(UInt8(ascii: "+"))),
    (".5", .unexpected(UInt8(ascii: "."))),
    ("// c\n1", .unexpected(UInt8(ascii: "/"))),
    ("\u{a0}1", .unexpected(0xc2)),
    ("1 2", .moreAfterEnd),
    ("{} x", .moreAfterEnd),
    ("1a", .moreAfterEnd),
    ("01", .badNumber),
    ("-01", .badNumber),
    ("1.e1", .badNumber),
    ("-a", .badNumber),
    ("1e1.5", .moreAfterEnd),
    ("1e400", .outOfRange),
    ("-1e999999999999999999999", .outOfRange),
    ("\"\t\"", .controlCharacter),
    ("\"\u{0}\"", .controlCharacter),
    (#""\x41""#, .badEscape),
    (#""\u00g0""#, .badEscape),
    (#""\U0041""#, .badEscape),
    (#""\ud800""#, .loneSurrogate),
    (#""\udc00""#, .loneSurrogate),
    (#""\ud800\n""#, .loneSurrogate),
    (#""\ud800\ud800""#, .loneSurrogate),
    (#""\ud800x""#, .loneSurrogate),
  ])
  func `refuses everything else`(text: String, expected: JSONError.Reason) {
    #expect(reason(text) == expected)
  }

  @Test(
    arguments: [
      [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80],
      [0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff],
      [0xe2, 0x82, 0x22], [0xc3, 0x28],
    ] as [[UInt8]]
  )
  func `refuses bytes that are not UTF-8`(bytes: [UInt8]) {
    #expect(reason([0x22] + bytes + [0x22]) == .notUTF8)
  }

  @Test func `bounds the depth`() throws {
    let deepest = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(reason(deepest) == nil)
    #expect(reason("[" + deepest + "]") == .tooDeep)
    #expect(reason(String(repeating: "[", count: 1_000_000)) == .tooDeep)
    #expect(reason(String(repeating: #"{"a":"#, count: 1_000_000)) == .tooDeep)
  }

  static let sample = #"{"a":[1,-2.5e3,true,null,"é\n\ud83d\ude00"],"b":{"c":{}},"d":false}"#

  @Test(arguments: 0..<sample.utf8.count)
  func `a text cut anywhere ends early`(count: Int) {
    #expect(reason(Array(Self.sample.utf8.prefix(count))) == .endsEarly)
  }

  @Test func `no changed byte traps, and skipping is as strict as reading`() {
    let bytes = Array(Self.sample.utf8)
    for position in bytes.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = bytes
        changed[position] = byte
        var reader = JSONReader(changed.span)
        var skipped: JSONError?
        do throws(JSONError) {
          try reader.skip()
          try reader.end()
        } catch {
          skipped = error
        }
        var read: JSONError?
        do throws(JSONError) {
          _ = try JSONValue(changed)
        } catch  where error.reason != .outOfRange {
          read = error
        } catch {}
        #expect(skipped == read, "byte \(byte) at \(position)")
        if let skipped {
          _ = JSONLocation(of: skipped.offset, in: changed.span)
        }
      }
    }
  }
}

@Suite struct `Pulling values` {
  @Test func `skips what was not read`() throws {
    let bytes = Array(#"{"x":[1,{"y":2}],"ports":[5,{"deep":[]},7],"name":"n\u0031"}"#.utf8)
    var reader = JSONReader(bytes.span)
    var name = ""
    var ports: [Int64] = []
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "name": name = try reader.string()
      case "ports":
        try reader.beginArray()
        while try reader.nextElement() {
          if try reader.kind() == .number { ports.append(try reader.integer()) }
        }
      default: break
      }
    }
    try reader.end()
    #expect(name == "n1")
    #expect(ports == [5, 7])
  }

  @Test func `a copy reads ahead`() throws {
    let bytes = Array(#"{"items":[1,2],"kind":"List"}"#.utf8)
    var reader = JSONReader(bytes.span)
    var ahead = reader
    try ahead.beginObject()
    var kind = ""
    while let key = try ahead.nextKey() {
      if key.equals("kind") { kind = try ahead.string() }
    }
    #expect(kind == "List")
    try reader.beginObject()
    let first = try reader.nextKey()?.decoded
    #expect(first == "items")
  }

  @Test func `texts may follow one another`() throws {
    let bytes = Array("{\"a\":1}\n{\"a\":2}[3]4 5\n".utf8)
    var reader = JSONReader(bytes.span)
    var values: [JSONValue] = []
    while !reader.isAtEnd() { values.append(try reader.value()) }
    #expect(
      values == [
        .object(["a": .integer(1)]), .object(["a": .integer(2)]), .array([.integer(3)]),
        .integer(4), .integer(5),
      ]
    )
  }

  @Test(arguments: [
    ("\"5\"", JSONError.Reason.expected(.number, found: .string)),
    ("1.0", .notAnInteger),
    ("1e3", .notAnInteger),
    ("9223372036854775808", .outOfRange),
    ("-9223372036854775809", .outOfRange),
    ("null", .expected(.number, found: .null)),
  ])
  func `says what it expected`(text: String, expected: JSONError.Reason) {
    let bytes = Array(text.utf8)
    var reader = JSONReader(bytes.span)
    do throws(JSONError) {
      _ = try reader.integer()
      Issue.record("read as an integer")
    } catch {
      #expect(error == JSONError(expected, at: 0))
    }
  }

  @Test func `keeps all digits of a number`() throws {
    let bytes = Array("1795220636.337149518".utf8)
    var reader = JSONReader(bytes.span)
    let text = try reader.number().text
    #expect(text == "1795220636.337149518")
  }
}

@Suite struct `Where an error is` {
  @Test(arguments: [
    (#"{"items":[0,{"spec":{"ports":[{"port":x}]}}]}"#, 1, 39, "$.items[1].spec.ports[0].port"),
    ("{\n  \"a\": 1,\n  \"b\": tru\n}", 3, 11, "$.b"),
    ("{\n  \"a\": 1\n  \"b\": 2}", 3, 3, "$"),
    (#"{"é":"€","b":[1,,2]}"#, 1, 17, "$.b[1]"),
    (#"{"a.b/c":{"":!}}"#, 1, 14, #"$["a.b/c"][""]"#),
    ("[1,2", 1, 5, "$"),
    ("{} ]", 1, 4, "$"),
    ("", 1, 1, "$"),
  ])
  func `is told by line, column and path`(text: String, line: Int, column: Int, path: String) {
    let bytes = Array(text.utf8)
    do throws(JSONError) {
      _ = try JSONValue(bytes)
      Issue.record("read without an error")
    } catch {
      let location = JSONLocation(of: error.offset, in: bytes.span)
      #expect(location.path == path)
      #expect(location.line == line)
      #expect(location.column == column)
    }
  }

  @Test(arguments: [
    (JSONError.Reason.endsEarly, "the text ends early"),
    (.unexpected(UInt8(ascii: "}")), "unexpected '}'"),
    (.unexpected(0x07), "unexpected byte 0x07"),
    (.expected(.object, found: .array), "expected an object, found an array"),
    (.expected(.bool, found: .string), "expected true or false, found a string"),
    (.tooDeep, "nested deeper than 128 levels"),
    (.notAnInteger, "expected a whole number"),
  ])
  func `is told in words`(reason: JSONError.Reason, words: String) {
    #expect(reason.description == words)
  }
}
