import Correlation
import Exchange
import Glibc
import System
import TestSupport
import Testing
import Wire

/// What other tools read in our messages.
@Suite struct InteropTests {
  private static func endpoint(_ text: String) -> Endpoint {
    Endpoint(text) ?? Endpoint(IPAddress(v4: 0), 0)
  }

  private static func leg(_ source: String, _ destination: String) -> FiveTuple {
    FiveTuple(from: endpoint(source), to: endpoint(destination))
  }

  /// A run of five datagrams from a client to a front, which the node's NAT sends on to a pod, and three answers.
  private static func translated(_ leg: FiveTuple, _ result: FiveTuple) -> Observation {
    var forward = Run.Stretch()
    forward.datagrams = 5
    forward.matched = 5
    // 2026-11-21T12:00:00Z and 500 ns, and 1.5 s later.
    forward.first = Timestamp(nanoseconds: 1_795_262_400_000_000_500)
    forward.last = Timestamp(nanoseconds: 1_795_262_401_500_000_500)
    forward.result = result
    var reverse = Run.Stretch()
    reverse.datagrams = 3
    reverse.first = Timestamp(nanoseconds: 1_795_262_400_250_000_500)
    reverse.last = Timestamp(nanoseconds: 1_795_262_401_750_000_500)
    return .run(
      Run(
        leg: leg,
        forward: forward,
        reverse: reverse,
        isFirst: true,
        hopLimits: 61...64,
        traits: []
      )
    )
  }

  private static let v4 = translated(
    leg("203.0.113.1:40000", "198.51.100.7:20001"),
    leg("192.168.99.11:10280", "10.244.3.3:20002")
  )
  private static let v6 = translated(
    leg("[2001:db8::1]:40000", "[2001:db8:f::7]:20001"),
    leg("[fd00:99::11]:10280", "[fd00:244::3]:20002")
  )

  @Test(.enabled(if: Command.path(of: "tshark") != nil, "tshark is not installed"))
  func `tshark reads both families with their translations and times`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("run.ipfix", messages(of: [Self.v4, Self.v6]).flatMap(\.self))
    let fields = [
      "cflow.srcaddr", "cflow.srcport", "cflow.dstaddr", "cflow.dstport",
      "cflow.srcaddrv6", "cflow.dstaddrv6",
      "cflow.post_natsource_ipv4_address", "cflow.post_natdestination_ipv4_address",
      "cflow.post_nat_source_ipv6_address", "cflow.post_nat_destination_ipv6_address",
      "cflow.post_naptsource_transport_port", "cflow.post_naptdestination_transport_port",
      "cflow.packets", "cflow.nat_event",
    ]
    let told = try Command(
      "tshark",
      ["-r", file, "-T", "fields"] + fields.flatMap { ["-e", $0] }
    ).output
    #expect(
      told.split(separator: "\n", omittingEmptySubsequences: true).first.map {
        $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      } == [
        "203.0.113.1", "40000,40000", "198.51.100.7", "20001,20001",
        "2001:db8::1", "2001:db8:f::7",
        "192.168.99.11", "10.244.3.3", "fd00:99::11", "fd00:244::3",
        "10280,10280", "20002,20002", "5,3,5,3", "4",
      ]
    )
    let page = try Command("env", ["TZ=UTC", "tshark", "-r", file, "-V"]).output
    // Its last digit may be one too low: it works out fractions of a second as floating-point numbers.
    for line in [
      "StartTime: Nov 21, 2026 12:00:00.000000", "EndTime: Nov 21, 2026 12:00:01.500000",
      "StartTime: Nov 21, 2026 12:00:00.250000", "EndTime: Nov 21, 2026 12:00:01.750000",
      "MinTTL: 61", "MaxTTL: 64",
    ] {
      #expect(page.contains(line), Comment(rawValue: line))
    }
    #expect(!page.contains("Malformed"))
  }

  @Test func `tshark finds nothing wrong with any kind of record`() throws {
    guard Command.path(of: "tshark") != nil else { return }
    var random = RandomObservation(seed: 12)
    let told = (0..<400).map { random.next(kind: $0 % RandomObservation.kinds) }
    let folder = try TemporaryFolder()
    let file = try folder.write("all.ipfix", messages(of: told).flatMap(\.self))
    let page = try Command("tshark", ["-r", file, "-V"]).output
    #expect(page.contains("Cisco NetFlow/IPFIX"))
    #expect(!page.contains("Malformed"))
    #expect(!page.contains("No template"))
    #expect(try Command("tshark", ["-r", file, "-Y", "_ws.expert"]).output.isEmpty)
  }

  /// What tshark reads of runs in a file, a line each.
  private func runs(_ file: String, _ options: [String] = []) throws -> [String] {
    let fields = [
      "cflow.srcaddr", "cflow.srcaddrv6", "cflow.post_natdestination_ipv4_address",
      "cflow.post_nat_destination_ipv6_address",
    ]
    let told = try Command(
      "tshark",
      ["-r", file] + options + ["-T", "fields"] + fields.flatMap { ["-e", $0] }
    ).output
    return told.split(separator: "\n").map(String.init).filter { $0.contains(".") }
  }

  private static let bothFamilies = [
    "203.0.113.1\t2001:db8::1\t10.244.3.3\tfd00:244::3"
  ]

  @Test(.enabled(if: Command.path(of: "tshark") != nil, "tshark is not installed"))
  func `tshark reads the files of a spool, both families of them`() throws {
    let folder = try TemporaryFolder()
    var spool = try Spool(Spool.Settings(directory: folder.path, node: "n1", epoch: 7))
    spool.append([Self.v4, Self.v6], at: noon)
    spool.append(watermark: noon, at: noon)
    spool.flush(at: noon)
    let file = "\(folder.path)/0000000001.ipfix"
    #expect(try runs(file) == Self.bothFamilies)
    #expect(try Command("tshark", ["-r", file, "-Y", "_ws.expert"]).output.isEmpty)
  }

  private static let canCapture =
    geteuid() == 0 && Command.path(of: "tshark") != nil && Command.path(of: "tcpdump") != nil

  @Test(.enabled(if: canCapture, "it takes root, tcpdump and tshark"))
  func `tshark reads an agent's connection`() throws {
    let folder = try TemporaryFolder()
    let home = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
    var settings = CollectingServer.Settings()
    settings.letsAnyoneIn = true
    var collector = KeepingCollector(
      try CollectingServer([CollectingServer.Door(home)], settings)
    )
    let port = collector.server.endpoints[0].port
    let file = "\(folder.path)/connection.pcap"
    let listening =
      "tcpdump -Z root -i lo -U --immediate-mode -w '\(file)' tcp port \(port) "
      + ">/dev/null 2>'\(folder.path)/log' & echo $!"
    let capture = try Command("sh", ["-c", listening])
    let number = try #require(pid_t(capture.output.filter(\.isNumber)))
    defer { kill(number, SIGKILL) }
    let end = Instant.now() + .seconds(10)
    while try !text(ofFile: "\(folder.path)/log").contains("listening"), Instant.now() < end {
      sleep(until: .now() + .milliseconds(10))
    }

    var exporter = try Exporter(
      Exporter.Settings(host: "127.0.0.1", port: port),
      Spool(Spool.Settings(directory: nil, node: "n1", epoch: 7))
    )
    exporter.spool.append([Self.v4, Self.v6], at: noon)
    exporter.spool.flush(at: noon)
    _ = run(&exporter, &collector) { exporter, _ in exporter.isSettled }
    exporter.close()
    let decoding = ["-d", "tcp.port==\(port),cflow"]
    var told: [String] = []
    while told.isEmpty, Instant.now() < end + .seconds(10) {
      told = (try? runs(file, decoding)) ?? []
    }
    #expect(told == Self.bothFamilies)
    let wrong = try Command("tshark", ["-r", file] + decoding + ["-Y", "_ws.malformed"])
    #expect(wrong.output.isEmpty)
  }

  private static let hasNfdump =
    Command.path(of: "nfcapd") != nil && Command.path(of: "nfdump") != nil

  @Test(.enabled(if: hasNfdump, "nfdump is not installed"))
  func `nfcapd takes it over UDP, with translations and times`() throws {
    let folder = try TemporaryFolder()
    let sent = messages(of: [Self.v4, Self.v6], .datagrams(domain: 1))
    let file = try folder.write("messages", sent.flatMap(\.self))
    let script =
      "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/nfcapd.py"
    let format = "fmt:%ts|%te|%pr|%sa|%sp|%da|%dp|%nsa|%nsp|%nda|%ndp|%pkt"
    let told = try Command("python3", [script, file, format])
    #expect(told.status == 0)
    let rows = told.output.split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }
    }
    #expect(rows.count == 2)
    #expect(
      rows.first == [
        "2026-11-21 12:00:00.000", "2026-11-21 12:00:01.500", "UDP",
        "203.0.113.1", "40000", "198.51.100.7", "20001",
        "192.168.99.11", "10280", "10.244.3.3", "20002", "5",
      ]
    )
    // It keeps no translation of IPv6.
    #expect(
      rows.last?.prefix(7) == [
        "2026-11-21 12:00:00.000", "2026-11-21 12:00:01.500", "UDP",
        "2001:db8::1", "40000", "2001:db8:f::7", "20001",
      ]
    )
  }
}
