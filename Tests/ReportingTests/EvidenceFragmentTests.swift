@testable import Affinity
import CaptureFiles
import Reporting
import TestSupport
import Testing
import Wire

@Suite struct EvidenceFragmentTests {
  /// The first datagram of the recording comes in three fragments and leaves through two interfaces.
  @Test func `a fragmented datagram is told by all of its fragments, before and after the NAT`()
    throws
  {
    let path = "\(Program.root)/captures/nftables-vxlan-fragments/n1.pcap"
    var collector = EvidenceCollector(try report(naming: 1, of: path), files: [path])
    for round in 1...2 {
      if round == 2 { collector.beginPicking() }
      var reader = try CaptureReader(path: path)
      var batch = RecordBatch()
      while try reader.next(into: &batch) {
        for record in batch.records {
          let frame = EvidenceFrame(
            record,
            file: 0,
            link: reader.interfaces[Int(record.interface)].linkType,
            direction: .unknown,
            interface: 0,
            interfaceName: nil
          )
          collector.see(frame, bytes: batch.bytes(of: record))
        }
      }
    }
    var bytes: [UInt8] = []
    collector.write(application: "tests") { (some: inout [UInt8]) throws(Never) in
      bytes += some
      some.removeAll()
    }
    var reader = try CaptureReader(bytes: bytes, name: "evidence")
    var batch = RecordBatch()
    var comments: [String] = []
    var ids: [UInt64] = []
    while try reader.next(into: &batch) {
      for annotation in batch.annotations {
        switch annotation.content {
        case .packetID(let id): ids.append(id)
        case .comment(let range):
          let text = batch.bytes[Int(range.lowerBound)..<Int(range.upperBound)]
          comments.append(String(decoding: text, as: UTF8.self))
        case .dropCount: break
        }
      }
    }
    #expect(ids == [1, 1, 1, 1, 1, 1, 1, 1, 1])
    #expect(comments.count { $0 == "a later fragment of datagram 1" } == 6)
    let frames = comments.filter { $0.hasPrefix("frame ") && $0.contains(" of ") }
    #expect(frames == (1...9).map { "frame \($0) of \(path)" })
  }

  private func report(naming frame: UInt64, of path: String) throws -> Report {
    var report = Report()
    report.capture.nodes = [Report.NodeCoverage(name: "n1", files: [path])]
    let client = try #require(Endpoint("203.0.113.3:40000"))
    let placement = Report.Placement(
      backend: try #require(Endpoint("10.244.1.2:20001")),
      pod: "default/s1",
      node: "n1",
      ingressNode: "n1",
      seenSource: try #require(Endpoint("10.244.1.1:27969")),
      from: at(0),
      to: at(1),
      datagrams: 1,
      confidence: 1
    )
    report.sessions = [
      Report.Session(
        client: client,
        front: try #require(Endpoint("198.51.100.7:20001")),
        service: nil,
        datagrams: 1,
        placed: 1,
        ambiguous: 0,
        lost: 0,
        replies: 0,
        placements: [placement]
      )
    ]
    report.findings = [
      Report.Finding(
        id: "F1",
        incident: "I1",
        mode: "B13",
        name: "fragment-loss",
        modeClass: "loss",
        origin: "cluster",
        client: client.description,
        at: at(0),
        confidence: 1,
        evidence: [Report.Evidence(file: path, frame: frame, role: "a datagram in fragments")]
      )
    ]
    return report
  }
}
