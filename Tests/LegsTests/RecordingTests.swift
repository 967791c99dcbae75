import Glibc
import Testing

/// The recordings in captures/, read by the program itself.
@Suite struct `Legs of the recordings` {
  /// `UPDATE_EXPECTED=1 swift test` writes what the program says now; git shows the difference.
  @Test(arguments: cases)
  func `are the expected ones`(name: String) throws {
    let legs = "'\(programs)/stickler' legs --sort first captures/\(name)/n?.pcap"
    let expected = "captures/\(name)/legs.txt"
    if shell("printf %s \"$UPDATE_EXPECTED\"").output == "1" {
      #expect(shell("\(legs) >\(expected)").status == 0)
      return
    }
    let difference = shell("\(legs) 2>&1 | diff -u \(expected) -")
    #expect(difference.status == 0, "\(difference.output)")
  }

  /// tshark is the independent reader: each conversation's frames, in each direction.
  ///
  /// It takes a datagram that an ICMP error quotes for one that was sent, so such frames are left out on both sides.
  @Test(arguments: cases, ["n1", "n2", "n3"])
  func `are those that tshark counts`(name: String, node: String) throws {
    let options = "-d udp.port==8472,vxlan -o ip.defragment:FALSE -o ipv6.defragment:FALSE"
    let capture = "captures/\(name)/\(node).pcap"
    let directory = shell("mktemp -d").output.split(separator: "\n").joined()
    defer { _ = shell("rm -r '\(directory)'") }
    let sound = "\(directory)/sound.pcapng"
    _ = shell("tshark -n -r \(capture) \(options) -Y 'not icmp and not icmpv6' -w \(sound) 2>&1")

    let conversations = shell("tshark -n -r \(sound) \(options) -q -z conv,udp 2>/dev/null").output
    var expected: [String: Int] = [:]
    for line in conversations.split(separator: "\n") where line.contains("<->") {
      // LEFT <-> RIGHT frames bytes unit frames bytes unit …, the frames from RIGHT to LEFT first.
      let words = line.split(separator: " ")
      let (left, right) = (endpoint(words[0]), endpoint(words[2]))
      expected["\(right) > \(left)", default: 0] += try #require(Int(words[3]))
      expected["\(left) > \(right)", default: 0] += try #require(Int(words[6]))
    }
    let csv = shell("'\(programs)/stickler' legs -f csv \(sound)")
    #expect(csv.status == 0)
    var counted: [String: Int] = [:]
    for line in csv.output.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields[3] == "udp" else { continue }
      let leg = "\(fields[5]):\(fields[6]) > \(fields[7]):\(fields[8])"
      counted[leg, default: 0] += try #require(Int(fields[9]))
    }
    #expect(counted == expected.filter { $0.value > 0 })
  }

  /// tshark writes IPv6 with and without brackets, depending on its version.
  private func endpoint(_ word: Substring) -> String {
    word.split { "[]".contains($0) }.joined()
  }
}
