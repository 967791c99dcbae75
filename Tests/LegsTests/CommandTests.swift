import Testing

@Suite struct `stickler legs` {
  private static let capture = "captures/iptables-hostgw-cluster/n1.pcap"
  private static let legs = "'\(programs)/stickler' legs"

  @Test(arguments: [
    ("no.pcap", "stickler: no.pcap: No such file or directory\n"),
    ("captures", "stickler: captures: this is a directory, not a capture\n"),
    (
      "captures/README.md",
      "stickler: captures/README.md: this is not a capture: it looks like text\n"
    ),
    (
      "--filter 'udp prt 53' \(capture)",
      "stickler: filter 'udp prt 53': can't parse filter expression: syntax error\n"
    ),
    ("", "stickler: FILE is missing: which captures are to be read? (- is standard input)\n"),
    ("- -", "stickler: - is given twice: standard input can be read only once\n"),
  ])
  func `ends with 3 and one line`(arguments: String, line: String) {
    let run = shell("\(Self.legs) \(arguments) 2>&1 >/dev/null </dev/null")
    #expect(run.output.hasPrefix(line.dropLast()), "\(run.output)")
    #expect(run.output.split(separator: "\n").count == 1)
    #expect(run.status == 3)
  }

  @Test func `reads standard input, compressed or not, as it reads a file`() {
    let file = shell("\(Self.legs) --node n=\(Self.capture)")
    #expect(file.status == 0)
    #expect(file.output == shell("\(Self.legs) --node n=- <\(Self.capture)").output)
    #expect(file.output == shell("gzip -c \(Self.capture) | \(Self.legs) --node n=-").output)
    #expect(file.output == shell("cat \(Self.capture) | \(Self.legs) --node n=-").output)
  }

  @Test func `counts what a cut file holds, and warns`() {
    let run = shell("head -c 10000 \(Self.capture) | \(Self.legs) --top 1 - 2>&1")
    #expect(run.status == 0)
    #expect(run.output.contains("warning: standard input: byte"))
    #expect(run.output.contains("the last record is cut short"))
    #expect(run.output.contains(" frames: "))
  }

  @Test func `reports what was read before a damaged record`() {
    // Behind the last record: one that claims 4,294,967,295 bytes.
    let damaged = "{ cat \(Self.capture); printf '\\377%.0s' $(seq 64); }"
    let run = shell("\(damaged) | \(Self.legs) --node n=- 2>/dev/null")
    #expect(run.status == 3)
    #expect(run.output == shell("\(Self.legs) --node n=\(Self.capture)").output)
    let message = shell("\(damaged) | \(Self.legs) - 2>&1 >/dev/null").output
    #expect(message.hasPrefix("stickler: standard input: byte "))
    #expect(message.contains("claims 4294967295 captured bytes"))
  }

  @Test func `applies the filter and counts the rest of the files`() {
    let one = shell("\(Self.legs) -f csv --filter 'src host 203.0.113.1' \(Self.capture)")
    #expect(one.status == 0)
    let rows = one.output.split(separator: "\n").dropFirst()
    #expect(!rows.isEmpty)
    #expect(rows.allSatisfy { $0.contains(",203.0.113.1,") })
    let both = shell("\(Self.legs) --top 1 no.pcap \(Self.capture) 2>/dev/null")
    #expect(both.status == 3)
    #expect(both.output.contains("n1: "))
  }

  @Test func `sorts and cuts as asked`() {
    let all = shell("\(Self.legs) -f csv --sort packets \(Self.capture)").output
      .split(separator: "\n").dropFirst()
    let packets = all.compactMap {
      Int($0.split(separator: ",", omittingEmptySubsequences: false)[9])
    }
    #expect(packets == packets.sorted(by: >))
    let top = shell("\(Self.legs) -f csv --sort packets --top 3 \(Self.capture)").output
      .split(separator: "\n").dropFirst()
    #expect(Array(top) == Array(all.prefix(3)))
  }

  @Test func `writes JSON that others read`() {
    let run = shell(
      "\(Self.legs) -f json \(Self.capture) | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d[\"schema\"], d[\"total_legs\"] == len(d[\"legs\"]), sum(l[\"packets\"] for l in d[\"legs\"]) >= d[\"nodes\"][0][\"udp\"])'"
    )
    #expect(run.output == "stickler.legs/1 True True\n")
  }
}
