import Cluster
import Glibc
import JSONText
import Testing
import Wire

/// What a real API server wrote, as the recordings hold it.
enum Recording {
  static let names = [
    "iptables-hostgw-cluster", "iptables-hostgw-delete-pod", "iptables-hostgw-flush",
    "iptables-hostgw-heartbeats", "iptables-hostgw-local", "iptables-hostgw-v6-cluster",
    "nftables-vxlan-blackhole", "nftables-vxlan-cluster", "nftables-vxlan-fragments",
    "nftables-vxlan-lb-rebalance", "nftables-vxlan-no-local",
  ]

  static func bytes(_ recording: String, _ file: String, here: String = #filePath) -> [UInt8] {
    let root = here.split(separator: "/").dropLast(3).joined(separator: "/")
    guard let stream = unsafe fopen("/\(root)/captures/\(recording)/\(file)", "r") else {
      return []
    }
    var bytes: [UInt8] = []
    while true {
      // SAFETY: the stream is open; `getc` reads one byte or says that there is none.
      let byte = unsafe getc(stream)
      guard byte >= 0 else { break }
      bytes.append(UInt8(byte))
    }
    // SAFETY: the stream is open and not used again.
    _ = unsafe fclose(stream)
    return bytes
  }

  static func snapshot(_ recording: String, _ file: String) throws -> ClusterSnapshot {
    try ClusterSnapshot(reading: bytes(recording, file), named: file)
  }

  static func history(_ recording: String) throws -> ClusterHistory {
    ClusterHistory([
      try snapshot(recording, "cluster.json"), try snapshot(recording, "cluster-after.json"),
    ])
  }
}

/// A moment within the recording `delete-pod`, before and after the deletion.
private let before = time("2026-11-21T00:23:55Z")
private let after = time("2026-11-21T00:24:10Z")

@Suite struct `The recordings' inventories` {
  @Test(arguments: Recording.names, ["cluster.json", "cluster-after.json"])
  func `are read whole`(recording: String, file: String) throws {
    let cluster = try Recording.snapshot(recording, file)
    #expect(cluster.kinds == [.pods, .services, .endpoints, .nodes])
    #expect(cluster.nodes.map(\.name) == ["n1", "n2", "n3"])
    #expect(
      cluster.nodes.map(\.addresses).map { $0.map(\.description) }.map(\.first) == [
        "192.168.99.11", "192.168.99.12", "192.168.99.13",
      ]
    )
    let pods =
      recording.hasSuffix("delete-pod") && file == "cluster-after.json"
      ? ["s1", "s2", "s4"]
      : recording.hasSuffix("no-local") ? ["s2", "s3", "s4"] : ["s1", "s2", "s3", "s4"]
    #expect(cluster.pods.map(\.name.name) == pods)
    #expect(cluster.pods.allSatisfy { $0.isReady && $0.phase == .running })
    let services = cluster.services.map(\.name.description)
    #expect(services.contains("default/udp-server"))
    let isLocal = recording.hasSuffix("local")
    let server = cluster.services.first { $0.name.name == "udp-server" }
    #expect(server?.externalTrafficPolicy == (isLocal ? .local : .cluster))
  }

  @Test(arguments: Recording.names)
  func `are written and read again as the same`(recording: String) throws {
    var cluster = try Recording.snapshot(recording, "cluster.json")
    cluster.takenAt = before
    var writer = JSONWriter(.pretty)
    cluster.write(to: &writer)
    #expect(try ClusterSnapshot(reading: writer.bytes, named: "written") == cluster)
    #expect(writer.bytes.count < Recording.bytes(recording, "cluster.json").count / 2)
  }

  @Test func `tell a session's places`() throws {
    let history = try Recording.history("iptables-hostgw-local")
    #expect(
      history.frontName("198.51.100.7:20001", .udp, before)
        == "default/udp-server 20001 loadBalancer"
    )
    #expect(
      history.frontName("10.96.53.117:20001", .udp, before) == "default/udp-server 20001 clusterIP"
    )
    #expect(
      history.frontName("192.168.99.12:31698", .udp, before) == "default/udp-server 20001 nodePort"
    )
    #expect(history.podName(address("10.244.3.3"), before) == "default/s4")
    #expect(history.ownerName("10.244.3.1", before) == "n3 podBridge")
    #expect(history.ownerName("192.168.99.13", before) == "n3 node")
    let id = try #require(history.service(named: ObjectName("default", "udp-server")))
    let service = try #require(history.service(id, at: before))
    #expect(service.affinity == .clientIP(timeout: .seconds(10_800)))
    #expect(service.healthCheckNodePort == 30189)
    #expect(history.changes(of: id) == [])
  }

  @Test func `tell that the deleted pod left, and not when`() throws {
    let history = try Recording.history("iptables-hostgw-delete-pod")
    let front = try #require(
      history.front(at: endpoint("198.51.100.7:20001"), over: .udp, time: before)
    )
    let changes = history.changes(ofEndpointsOf: front.port)
    #expect(changes.map(\.kind) == [.left])
    #expect(changes.first?.record.endpoint == endpoint("10.244.3.2:20001"))
    #expect(changes.first?.record.pod == ObjectName("default", "s3"))
    #expect(changes.first?.after == nil)
    #expect(changes.first?.before == nil)
    for time in [before, after] {
      #expect(history.podName(address("10.244.3.2"), time) == "default/s3")
      guard
        case .uncertain = history.membership(
          of: endpoint("10.244.3.2:20001"),
          in: front.port,
          time: time
        ),
        case .current = history.membership(
          of: endpoint("10.244.3.3:20001"),
          in: front.port,
          time: time
        )
      else {
        Issue.record("a pod's membership at \(time)")
        continue
      }
      #expect(
        history.membership(of: endpoint("10.244.9.9:20001"), in: front.port, time: time) == .never
      )
    }
  }
}
