import CaptureFiles
import TestSupport
import Testing
import Wire

/// Files of evidence from the recordings, read back by our own reader and by tshark.
@Suite struct EvidenceTests {
  /// A packet of a file of evidence.
  struct Evidence {
    var interface: String
    var packetID: UInt64?
    var comments: [String] = []
    /// Of the innermost datagram.
    var tuple: FiveTuple?
    var payload: [UInt8] = []
  }

  private func evidence(
    of recording: String,
    _ folder: borrowing TemporaryFolder,
    _ more: String = ""
  )
    throws -> String
  {
    let path = "\(folder.path)/evidence.pcapng"
    let run = try Program.run(
      "analyze captures/\(recording) -i captures/\(recording) --evidence \(path) \(more)"
    )
    #expect(run.errors == "")
    return path
  }

  private func read(_ path: String) throws -> [Evidence] {
    var reader = try CaptureReader(path: path)
    var batch = RecordBatch()
    var packets: [Evidence] = []
    while try reader.next(into: &batch) {
      let start = packets.count
      for record in batch.records {
        let interface = reader.interfaces[Int(record.interface)]
        var packet = Evidence(interface: interface.name ?? "")
        let bytes = batch.bytes(of: record)
        var layer = Packet(
          bytes,
          as: interface.linkType,
          originalLength: Int(record.originalLength)
        )
        while let inner = layer.inner(in: bytes) { layer = inner }
        if layer.kind == .datagram {
          packet.tuple = layer.tuple
          for index in 0..<Int(layer.payloadCaptured) {
            packet.payload.append(bytes[Int(layer.payloadOffset) + index])
          }
        }
        packets.append(packet)
      }
      for annotation in batch.annotations {
        switch annotation.content {
        case .packetID(let id): packets[start + annotation.record].packetID = id
        case .comment(let range):
          let text = batch.bytes[Int(range.lowerBound)..<Int(range.upperBound)]
          packets[start + annotation.record].comments.append(String(decoding: text, as: UTF8.self))
        case .dropCount: break
        }
      }
    }
    return packets
  }

  @Test func `a move is told by its packets, before and after the NAT, with their pods`() throws {
    let folder = try TemporaryFolder()
    let packets = try read(try evidence(of: "iptables-hostgw-flush", folder))
    #expect(packets.count == 110)
    let first = packets.prefix(3)
    #expect(first.map(\.interface) == ["n1 if2 in", "n1 if3 out", "n1 if4 out"])
    #expect(first.map(\.packetID) == [1, 1, 1])
    #expect(
      first.map(\.comments) == [
        [
          "F-11fa61707fae, A2 proxy-restart-flush: last datagram to default/s1",
          "datagram 1: 203.0.113.1:40000 to default/udp-server (198.51.100.7:20001)",
          "frame 757 of captures/iptables-hostgw-flush/n1.pcap",
        ],
        [
          "after DNAT and SNAT of frame 1: default/s1, seen source 10.244.1.1:16856",
          "frame 758 of captures/iptables-hostgw-flush/n1.pcap",
        ],
        [
          "after DNAT and SNAT of frame 1: default/s1, seen source 10.244.1.1:16856",
          "frame 759 of captures/iptables-hostgw-flush/n1.pcap",
        ],
      ]
    )
  }

  /// In the second recording all payloads of all clients are equal.
  @Test(arguments: [
    ("iptables-hostgw-flush", 24), ("iptables-hostgw-heartbeats", 24),
    ("nftables-vxlan-lb-rebalance", 24), ("nftables-vxlan-blackhole", 5),
  ])
  func `what shares a packet id is one datagram, once at each vantage`(
    recording: String,
    count: Int
  ) throws {
    let folder = try TemporaryFolder()
    let packets = try read(try evidence(of: recording, folder))
    var datagrams: [UInt64: [Evidence]] = [:]
    for packet in packets {
      if let id = packet.packetID { datagrams[id, default: []].append(packet) }
    }
    #expect(datagrams.count == count)
    for (id, sightings) in datagrams {
      #expect(Set(sightings.map(\.payload)).count == 1, "datagram \(id)")
      #expect(Set(sightings.compactMap(\.tuple?.source.address)).count <= 2, "datagram \(id)")
      // At the client's side, and at the pod's.
      let tuples = Set(sightings.compactMap(\.tuple))
      #expect(tuples.count == 2, "datagram \(id)")
      let places = sightings.map { "\($0.interface) \($0.tuple?.description ?? "")" }
      #expect(Set(places).count == places.count, "datagram \(id): \(places)")
      #expect(sightings.contains { $0.comments.contains { $0.hasPrefix("F") } }, "datagram \(id)")
    }
  }

  @Test(.enabled(if: TestSupport.Command.path(of: "tshark") != nil))
  func `tshark shows comments, packet ids, interfaces and names`() throws {
    let folder = try TemporaryFolder()
    let path = try evidence(of: "iptables-hostgw-delete-pod", folder)
    let fields = try Command(
      "sh",
      [
        "-c",
        "tshark -r \(path) -N n -T fields -e frame.packet_id -e frame.interface_name -e frame.comment "
          + "-e _ws.col.Destination 2>/dev/null | head -n 1",
      ]
    )
    #expect(
      fields.output
        == "1\tn1 if2 in\tF-586cebde545f, A17 rolling-replacement: last datagram to default/s3,"
        + "datagram 1: 203.0.113.3:40000 to default/udp-server (198.51.100.7:20001),"
        + "frame 953 of captures/iptables-hostgw-delete-pod/n1.pcap\tdefault/udp-server\n"
    )
  }

  @Test func `anonymized evidence has new headers, no payload and no name`() throws {
    let folder = try TemporaryFolder()
    let path = try evidence(of: "iptables-hostgw-flush", folder, "--anonymize --anonymize-key x")
    let packets = try read(path)
    #expect(packets.count == 110)
    #expect(packets.allSatisfy { $0.payload.isEmpty && $0.tuple != nil })
    #expect(
      !packets.contains { packet in
        packet.tuple.map { $0.source.description.hasPrefix("203.0.113.") } ?? false
      }
    )
    let text = try Command("sh", ["-c", "strings -n 4 \(path)"]).output
    for secret in ["203.0.113", "198.51.100", "udp-server", "default", "captures", "n1 "] {
      #expect(!text.contains(secret))
    }
  }

  @Test func `what can be read only once is refused before anything is read`() throws {
    let run = try Program.run("analyze - --evidence /tmp/never.pcapng </dev/null")
    #expect(run.status == 3)
    #expect(run.output == "")
    #expect(
      run.errors
        == "stickler: --evidence reads the captures again, which standard input cannot be: save it first\n"
    )
  }
}
