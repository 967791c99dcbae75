/// What a file that is no capture of ours seems to be, for the one line that refuses it.
enum FileKind {
  /// Names the kind of file that begins with these bytes, with an article.
  static func name(of head: [UInt8]) -> String {
    if let known = beginnings.first(where: { head.starts(with: $0.bytes) }) { return known.name }
    if head.dropFirst(257).starts(with: "ustar".utf8) { return "a tar archive" }
    if head.allSatisfy({ $0 == 0 }) { return "a run of zero bytes" }
    if isText(head) { return textName(of: head) }
    return "binary data that begins with \(hexadecimal(head.prefix(4)))"
  }

  private static let beginnings: [(bytes: [UInt8], name: String)] = [
    (Array("snoop\0\0\0".utf8), "a snoop capture: convert it with editcap -F nsecpcap"),
    (Array("btsnoop\0".utf8), "a Bluetooth btsnoop capture"),
    (Array("GMBU".utf8), "a Network Monitor capture: convert it with editcap -F nsecpcap"),
    (Array("RTSS".utf8), "a Network Monitor capture: convert it with editcap -F nsecpcap"),
    (Array("TRSNIFF data".utf8), "a Sniffer capture: convert it with editcap -F nsecpcap"),
    (Array("iptrace ".utf8), "an AIX iptrace capture: convert it with editcap -F nsecpcap"),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "an xz archive: decompress it with xz -dc and read -"),
    (Array("BZh".utf8), "a bzip2 archive: decompress it with bzip2 -dc and read -"),
    ([0x04, 0x22, 0x4d, 0x18], "an lz4 archive: decompress it with lz4 -dc and read -"),
    (Array("PK\u{3}\u{4}".utf8), "a zip archive: unpack it first"),
    ([0x7f] + Array("ELF".utf8), "an ELF program"),
    (Array("%PDF".utf8), "a PDF"),
    ([0x89] + Array("PNG".utf8), "a PNG picture"),
    ([0xff, 0xd8, 0xff], "a JPEG picture"),
    (Array("SQLite format 3\0".utf8), "a SQLite database"),
    // Version 10 as two bytes, and a message below 4 KiB.
    ([0, 10, 0], "an IPFIX file"),
    ([0, 10, 1], "an IPFIX file"),
    ([0x0c, 0xa5], "an nfdump file"),
    ([0xa5, 0x0c], "an nfdump file"),
  ]

  private static func textName(of head: [UInt8]) -> String {
    if head.starts(with: "#!".utf8) { return "a script" }
    switch head.first(where: { !($0 == 32 || (9...13).contains($0)) }) {
    case UInt8(ascii: "{"), UInt8(ascii: "["): return "JSON text"
    case UInt8(ascii: "<"): return "XML or HTML text"
    default: return "text"
    }
  }

  /// No control characters but white space; what is above ASCII may be UTF-8 cut at its end.
  private static func isText(_ head: [UInt8]) -> Bool {
    head.allSatisfy { $0 >= 32 && $0 != 127 || (9...13).contains($0) || $0 == 27 }
      && String(decoding: head.dropLast(3), as: UTF8.self).unicodeScalars.allSatisfy {
        $0 != "\u{fffd}"
      }
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
