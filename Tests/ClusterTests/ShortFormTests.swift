import Cluster
import JSONText
import Testing
import Wire

private let example = """
  {
    "nodes": {
      "n1": ["192.168.99.11"],
      "n2": { "addresses": "192.168.99.12", "podCIDRs": ["10.244.2.0/24"] }
    },
    "pods": {
      "default/s1": "10.244.1.2",
      "s2": { "node": "n2", "ip": ["10.244.2.2", "fd00:2::2"] },
      "kube-system/proxy": { "node": "n1", "ip": "192.168.99.11", "hostNetwork": true }
    },
    "services": {
      "default/udp": {
        "fronts": ["198.51.100.7:20001/udp", "*:31698"],
        "clusterIPs": ["10.96.0.9"],
        "backends": ["10.244.1.2:20001", "10.244.2.2:20001"],
        "externalTrafficPolicy": "Local",
        "sessionAffinity": "ClientIP",
        "timeoutSeconds": 600,
        "announcer": "MetalLB"
      },
      "inside": { "type": "ClusterIP", "fronts": ["10.96.0.10:53"], "backends": ["10.244.2.2:5353"] },
      "node": { "fronts": ["192.168.99.12:30053/udp"], "backends": ["10.244.2.2:5353"] },
      "peers": { "backends": ["10.244.1.2:7000"] }
    }
  }
  """

@Suite struct `The short form` {
  @Test func `is written and read again as the same`() throws {
    var cluster = try snapshot(example)
    cluster.takenAt = Timestamp("2026-11-21T06:00:00.000000001Z")
    var writer = JSONWriter(.compact)
    cluster.write(to: &writer)
    #expect(try ClusterSnapshot(reading: writer.bytes, named: "written") == cluster)
  }

  @Test func `names fronts, backends and promises`() throws {
    let cluster = try snapshot(example)
    #expect(
      cluster.services.map { "\($0.name) \($0.kind.rawValue) \($0.isHeadless)" } == [
        "default/inside ClusterIP false", "default/node NodePort false",
        "default/peers ClusterIP true", "default/udp LoadBalancer false",
      ]
    )
    let udp = cluster.services[3]
    #expect(udp.externalTrafficPolicy == .local)
    #expect(udp.affinity == .clientIP(timeout: .seconds(600)))
    #expect(udp.announcer == .metalLB)
    let history = ClusterHistory([cluster])
    #expect(history.frontName("198.51.100.7:20001") == "default/udp 20001 loadBalancer")
    #expect(history.frontName("10.96.0.9:20001") == "default/udp 20001 clusterIP")
    #expect(history.frontName("192.168.99.11:31698") == "default/udp 20001 nodePort")
    #expect(history.frontName("10.96.0.10:53") == "default/inside 53 clusterIP")
    #expect(history.frontName("192.168.99.12:30053") == "default/node 5353 nodePort")
    #expect(
      history.directFront(at: endpoint("10.244.1.2:7000"), over: .udp, time: noon)?.kind
        == .headless
    )
    let front = try #require(
      history.front(at: endpoint("198.51.100.7:20001"), over: .udp, time: noon)
    )
    #expect(
      history.endpoints(of: front.port, at: noon).map {
        "\($0.endpoint) \($0.pod?.description ?? "-") \($0.node ?? "-")"
      } == ["10.244.1.2:20001 default/s1 -", "10.244.2.2:20001 default/s2 n2"]
    )
    #expect(history.podName(address("fd00:2::2")) == "default/s2")
    #expect(history.podName(address("192.168.99.11")) == nil)
    #expect(history.ownerName("10.244.2.1") == "n2 podBridge")
  }

  @Test func `may leave out everything`() throws {
    let history = try history(#"{"services":{"udp":{"fronts":["198.51.100.7:53"]}}}"#)
    #expect(history.frontName("198.51.100.7:53") == "default/udp 53 loadBalancer")
    #expect(history.kinds == [.services, .endpoints])
  }
}

@Suite struct `What --inventory is given` {
  @Test(
    arguments: [
      ("cluster.json", "cluster.json", nil),
      ("a/b.json@2026-11-21T06:49:09Z", "a/b.json", "2026-11-21T06:49:09Z"),
      ("b.json@1795220636", "b.json", "2026-11-21T00:23:56Z"),
      ("b.json@1795220636.337149518", "b.json", "2026-11-21T00:23:56.337149518Z"),
      ("me@host/b.json", "me@host/b.json", nil),
      ("me@2026.json", "me@2026.json", nil),
      ("me@host.json@1795220636", "me@host.json", "2026-11-21T00:23:56Z"),
      ("@1795220636", "@1795220636", nil),
    ] as [(String, String, String?)]
  )
  func `is a path and perhaps a time`(argument: String, path: String, at: String?) throws {
    let read = try InventoryArgument(argument)
    #expect(read.path == path)
    #expect(read.time == at.map(time))
  }

  @Test func `a time that is none is told`() {
    do throws(InventoryError) {
      _ = try InventoryArgument("b.json@2026-13-01")
      Issue.record("taken as a time")
    } catch {
      #expect(
        error.description == "b.json@2026-13-01: '2026-13-01' is no time; "
          + "expected 2026-11-21T06:49:09Z or seconds since 1970"
      )
    }
  }

  @Test func `in a directory only inventories count, the first of a pair first`() throws {
    let names = [
      "clients.jsonl", "cluster-after.json", "cluster.json", "expected.json", "mode", ".x.json",
    ]
    #expect(
      names.filter(InventoryFile.isCandidate).sorted(by: InventoryFile.precedes) == [
        "cluster.json", "cluster-after.json", "expected.json",
      ]
    )
    let files = names.map { name in
      InventoryFile(
        name: name,
        bytes: Recording.bytes("iptables-hostgw-delete-pod", name)
      )
    }
    #expect(
      try InventoryFile.snapshots(amongst: files).map(\.name) == [
        "cluster.json", "cluster-after.json",
      ]
    )
  }

  @Test func `a time given for a file holds where the file has none`() throws {
    let history = try ClusterHistory(reading: [
      InventoryFile(name: "b", time: noon, bytes: Array(#"{"pods":{}}"#.utf8)),
      InventoryFile(
        name: "a",
        time: noon,
        bytes: Array(#"{"pods":{},"takenAt":"2026-11-21T11:00:00Z"}"#.utf8)
      ),
    ])
    #expect(history.snapshotTimes == [time("2026-11-21T11:00:00Z"), noon])
  }
}
