import CaptureFiles
import TestSupport
import Testing
import Wire

/// What other tools make of the files that we write, and we of theirs.
@Suite(.enabled(if: Command.path(of: "tshark") != nil && Command.path(of: "capinfos") != nil))
struct InteropTests {
  /// The recordings in the project's own folder, found from this file.
  static let recordings: [String] = {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let listing = try? Command("find", ["/\(root)/captures", "-name", "*.pcap"])
    return listing?.output.split(separator: "\n").map(String.init).sorted() ?? []
  }()

  static func count(_ path: String) throws -> Int {
    var reader = try CaptureReader(path: path)
    var batch = RecordBatch()
    var count = 0
    while try reader.next(into: &batch) { count += batch.records.count }
    return count
  }

  @Test func `there are recordings`() {
    #expect(!Self.recordings.isEmpty)
  }

  @Test(arguments: recordings)
  func `a recording has as many records as capinfos counts`(path: String) throws {
    let told = try Command("capinfos", ["-c", "-M", "-T", "-r", path]).output
    let counted = told.split(separator: "\t").last?.split(separator: "\n").first
    #expect(try Self.count(path) == counted.flatMap { Int($0) })
  }

  @Test(arguments: [("gzip", ".gz"), ("zstd", ".zst")])
  func `a recording reads the same when compressed, in one part or two`(
    program: String,
    suffix: String
  ) throws {
    guard Command.path(of: program) != nil, let path = Self.recordings.first else { return }
    let folder = try TemporaryFolder()
    let half = "\(folder.path)/half"
    let plain = try Capture(path: path)
    let script = """
      set -e; cd \(folder.path)
      \(program) -c "\(path)" > whole\(suffix)
      head -c 10000 "\(path)" | \(program) -c > \(half)\(suffix)
      tail -c +10001 "\(path)" | \(program) -c >> \(half)\(suffix)
      """
    #expect(try Command("sh", ["-c", script]).status == 0)
    for name in ["whole", "half"] {
      let capture = try Capture(path: "\(folder.path)/\(name)\(suffix)")
      #expect(capture.records == plain.records)
      #expect(capture.warnings.isEmpty)
    }
  }

  @Test func `tshark reads our pcap`() throws {
    let folder = try TemporaryFolder()
    var bytes: [UInt8] = []
    let encoder = PcapEncoder(linkType: .raw, to: &bytes)
    let time = Timestamp(nanoseconds: 1_700_000_000_123_456_789)
    encoder.append(Self.datagram.span, at: time, originalLength: 100, to: &bytes)
    let path = try folder.write("a.pcap", bytes)
    let told = try Command(
      "tshark",
      [
        "-r", path, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e",
        "frame.cap_len", "-e", "udp.dstport",
      ]
    )
    #expect(told.output == "1700000000.123456789\t100\t28\t53\n")
    #expect(
      try Capture(path: path).records == [
        Record(1, at: 1_700_000_000_123_456_789, Self.datagram, of: 100)
      ]
    )
  }

  /// IPv4 without options: 10.0.0.1:1000 to 10.0.0.2:53 over UDP, without a payload.
  static let datagram: [UInt8] = [
    0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    0x03, 0xe8, 0, 53, 0, 8, 0, 0,
  ]

  /// Two interfaces of two link types, each block that we write, and comments that need padding.
  static func written() -> [UInt8] {
    var bytes: [UInt8] = []
    var encoder = PcapngEncoder(application: "stickler 1", comments: ["a capture"], to: &bytes)
    var eth = CaptureInterface(linkType: .raw, snapLength: 96, name: "eth0")
    eth.description = "uplink"
    eth.filter = "udp"
    let first = encoder.add(interface: eth, to: &bytes)
    let second = encoder.add(
      interface: CaptureInterface(linkType: .ipv4, name: "veth1"),
      to: &bytes
    )
    encoder.append(
      names: [
        ResolvedName(address: IPAddress(v4: 0x0a00_0002), name: "server.default"),
        ResolvedName(address: IPAddress(high: 0x2001_0db8_0000_0000, low: 1), name: "six"),
      ],
      to: &bytes
    )
    var packet = PcapngEncoder.Packet(
      time: Timestamp(nanoseconds: 1_700_000_000_000_000_001),
      originalLength: 28,
      interface: first
    )
    encoder.append(packet, frame: datagram.span, to: &bytes)
    packet.interface = second
    packet.time = Timestamp(nanoseconds: 1_700_000_000_000_002_000)
    packet.direction = .outbound
    packet.packetID = 77
    packet.dropCount = 3
    packet.comments = ["last good", "größer"]
    encoder.append(packet, frame: datagram.span.extracting(first: 27), to: &bytes)
    var statistics = InterfaceStatistics()
    statistics.received = 10
    statistics.droppedBySystem = 4
    statistics.droppedOnSending = 1 << 33
    statistics.from = Timestamp(nanoseconds: 1_600_000_000_000_000_000)
    encoder.append(statistics, of: second, at: packet.time, to: &bytes)
    return bytes
  }

  @Test func `tshark reads every field of our pcapng`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a.pcapng", Self.written())
    let fields = [
      "frame.number", "frame.time_epoch", "frame.interface_name", "frame.cap_len", "frame.comment",
      "frame.packet_flags_direction", "frame.packet_id", "frame.drop_count",
    ]
    let told = try Command(
      "tshark",
      ["-r", path, "-T", "fields"] + fields.flatMap { ["-e", $0] }
    )
    #expect(
      told.output == """
        1\t1700000000.000000001\teth0\t28\t\t\t\t
        2\t1700000000.000002000\tveth1\t27\tlast good,größer\t0x00000002\t77\t3

        """
    )
    let names = try Command("tshark", ["-r", path, "-q", "-z", "hosts", "-W", "n"])
    #expect(names.output.contains("10.0.0.2\tserver.default"))
    #expect(names.output.contains("2001:db8::1\tsix"))
    let file = try Command("capinfos", [path]).output
    #expect(file.contains("stickler 1"))
    #expect(file.contains("Capture filter = udp") || file.contains("Filter string = udp"))
    #expect(file.contains("Number of stat entries = 1"))
  }

  @Test func `we read every field of our pcapng`() throws {
    let capture = try Capture(bytes: Self.written())
    #expect(
      capture.records == [
        Record(1, at: 1_700_000_000_000_000_001, Self.datagram, of: 28),
        Record(2, at: 1_700_000_000_000_002_000, Array(Self.datagram[..<27]), of: 28, on: 1),
      ]
    )
    #expect(capture.notes == ["2 comment last good", "2 comment größer", "2 drops 3", "2 id 77"])
    #expect(capture.directions == [.unknown, .outbound])
    #expect(capture.interfaces.map(\.description) == ["uplink", nil])
    #expect(capture.interfaces.map(\.filter) == ["udp", nil])
    #expect(capture.interfaces[1].statistics.received == 10)
    #expect(capture.interfaces[1].statistics.droppedBySystem == 4)
    #expect(capture.interfaces[1].statistics.droppedOnSending == 1 << 33)
    #expect(capture.interfaces[1].statistics.droppedBetweenRecords == 3)
    #expect(
      capture.interfaces[1].statistics.from
        == Timestamp(nanoseconds: 1_600_000_000_000_000_000)
    )
    #expect(capture.sections.map(\.comments) == [["a capture"]])
    #expect(capture.names.map(\.name) == ["server.default", "six"])
  }

  @Test func `a file has its name only when it is complete`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/out.pcapng"
    var bytes = Self.written()
    do {
      var abandoned = try OutputFile(path: path)
      try abandoned.write(&bytes)
      #expect(folder.names.count == 1 && folder.names != ["out.pcapng"])
    }
    #expect(folder.names == [])
    bytes = Self.written()
    var file = try OutputFile(path: path)
    try file.write(&bytes)
    try file.commit()
    #expect(folder.names == ["out.pcapng"])
    #expect(try Self.count(path) == 2)
  }

  @Test func `a folder that does not exist is told`() {
    let error = #expect(throws: CaptureFileError.self) {
      _ = try OutputFile(path: "/no/such/folder/a.pcap")
    }
    #expect(error?.description == "/no/such/folder/a.pcap: No such file or directory")
  }
}
