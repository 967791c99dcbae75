import CaptureFiles
import Testing

@Suite struct FileKindTests {
  /// How a file begins, and what it is said to be.
  @Test(arguments: [
    ("", "this is not a capture: the file is empty"),
    ("{ \"a\": 1 }", "this is not a capture: it looks like JSON text"),
    ("\n<html>", "this is not a capture: it looks like XML or HTML text"),
    ("#!/bin/sh\n", "this is not a capture: it looks like a script"),
    ("07:00:00 IP 10.0.0.1", "this is not a capture: it looks like text"),
    ("\u{7f}ELF\u{2}\u{1}", "this is not a capture: it looks like an ELF program"),
    ("%PDF-1.7", "this is not a capture: it looks like a PDF"),
    (
      "snoop\0\0\0\0\0\0\u{2}",
      "this is not a capture: it looks like a snoop capture: convert it with editcap -F nsecpcap"
    ),
    (
      "BZh91AY",
      "this is not a capture: it looks like a bzip2 archive: decompress it with bzip2 -dc and read -"
    ),
    ("\0\0\0\0", "this is not a capture: it looks like a run of zero bytes"),
    (
      "\u{1}\u{2}\u{3}\u{4}",
      "this is not a capture: it looks like binary data that begins with 01 02 03 04"
    ),
  ])
  func `a file of another kind is told for what it is`(text: String, reason: String) {
    let error = #expect(throws: CaptureFileError.self) {
      _ = try CaptureReader(bytes: Array(text.utf8), name: "file")
    }
    #expect(error?.reason == reason)
    #expect(error?.offset == nil)
  }

  @Test func `a folder and a missing file are told in one line`() {
    let folder = #expect(throws: CaptureFileError.self) { _ = try CaptureReader(path: "/") }
    #expect(folder?.description == "/: this is a directory, not a capture")
    let missing = #expect(throws: CaptureFileError.self) { _ = try CaptureReader(path: "/no.pcap") }
    #expect(missing?.description == "/no.pcap: No such file or directory")
  }
}
