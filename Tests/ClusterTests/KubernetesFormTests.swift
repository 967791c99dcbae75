import Cluster
import JSONText
import Testing
import Wire

/// A service with everything that a service may have, and the objects behind it.
private let rich = """
  {"apiVersion":"v1","items":[
    {"apiVersion":"v1","kind":"Service",
     "metadata":{"name":"game","namespace":"play","annotations":{"metallb.io/ip-allocated-from-pool":"p"}},
     "spec":{"type":"LoadBalancer","clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9","fd00::9"],
       "externalIPs":["192.0.2.80"],"externalTrafficPolicy":"Local","internalTrafficPolicy":"Local",
       "healthCheckNodePort":30189,"sessionAffinity":"ClientIP",
       "sessionAffinityConfig":{"clientIP":{"timeoutSeconds":600}},
       "ports":[{"name":"voice","port":5000,"protocol":"UDP","targetPort":"voice","nodePort":31000},
                {"name":"web","port":443,"targetPort":8443}]},
     "status":{"loadBalancer":{"ingress":[{"ip":"198.51.100.7","ipMode":"VIP"},{"hostname":"x"}]}}},
    {"apiVersion":"v1","kind":"Service","metadata":{"name":"peers","namespace":"play"},
     "spec":{"type":"ClusterIP","clusterIP":"None","clusterIPs":["None"],"sessionAffinity":"ClientIP",
       "ports":[{"port":5000,"protocol":"UDP","targetPort":5001}]}},
    {"apiVersion":"v1","kind":"Service","metadata":{"name":"elsewhere","namespace":"play"},
     "spec":{"type":"ExternalName","externalName":"example.com"}},
    {"addressType":"IPv4","apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice",
     "metadata":{"name":"game-1","namespace":"play","labels":{"kubernetes.io/service-name":"game"}},
     "endpoints":[
       {"addresses":["10.244.2.2"],"conditions":{"ready":false,"serving":true,"terminating":true},
        "nodeName":"n2","targetRef":{"kind":"Pod","name":"g2","namespace":"play","uid":"u2"}},
       {"addresses":["10.244.1.2"],"conditions":{"ready":true},"nodeName":"n1",
        "targetRef":{"kind":"Pod","name":"g1","namespace":"play","uid":"u1"}}],
     "ports":[{"name":"voice","port":5001,"protocol":"UDP"},{"name":"web","port":8443,"protocol":"TCP"}]},
    {"addressType":"IPv6","endpoints":[{"addresses":["fd00:1::2"],"conditions":{}}],"kind":"EndpointSlice",
     "metadata":{"name":"game-2","namespace":"play","labels":{"kubernetes.io/service-name":"game"}},
     "ports":[{"name":"voice","port":5001,"protocol":"UDP"}]},
    {"addressType":"IPv4","endpoints":[{"addresses":["10.244.1.2"]}],"kind":"EndpointSlice",
     "metadata":{"name":"peers-1","namespace":"play","labels":{"kubernetes.io/service-name":"peers"}},
     "ports":[{"name":"","port":5001,"protocol":"UDP"}]},
    {"addressType":"FQDN","endpoints":[{"addresses":["a.example"]}],"kind":"EndpointSlice",
     "metadata":{"name":"fqdn","namespace":"play","labels":{"kubernetes.io/service-name":"peers"}},
     "ports":[{"name":"","port":1,"protocol":"UDP"}]},
    {"kind":"Pod","metadata":{"name":"g1","namespace":"play","uid":"u1","labels":{"app":"game"},
      "creationTimestamp":"2026-11-21T00:00:00Z"},
     "spec":{"nodeName":"n1"},
     "status":{"phase":"Running","podIP":"10.244.1.2","podIPs":[{"ip":"10.244.1.2"},{"ip":"fd00:1::2"}],
       "conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-11-21T00:00:05Z"}]}},
    {"kind":"Pod","metadata":{"name":"g2","namespace":"play","uid":"u2",
      "deletionTimestamp":"2026-11-21T00:10:30Z","deletionGracePeriodSeconds":30},
     "spec":{"nodeName":"n2"},"status":{"phase":"Running","podIP":"10.244.2.2"}},
    {"kind":"Pod","metadata":{"name":"proxy","namespace":"kube-system"},
     "spec":{"nodeName":"n1","hostNetwork":true},
     "status":{"phase":"Running","podIP":"192.168.99.11","podIPs":[{"ip":"192.168.99.11"}]}},
    {"kind":"Pod","metadata":{"name":"pending","namespace":"play"},"spec":{},"status":{"phase":"Pending"}},
    {"kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"b"}},
    {"kind":"Node","metadata":{"name":"n1"},
     "spec":{"podCIDR":"10.244.1.0/24","podCIDRs":["10.244.1.0/24","fd00:1::/64"]},
     "status":{"addresses":[{"type":"InternalIP","address":"192.168.99.11"},
       {"type":"ExternalIP","address":"203.0.113.11"},{"type":"Hostname","address":"n1"}],
       "conditions":[{"type":"Ready","status":"True"}]}},
    {"kind":"Node","metadata":{"name":"n2"},"spec":{},"status":{}}
  ],"kind":"List","takenAt":"2026-11-21T06:49:09Z"}
  """

@Suite struct `What kubectl prints` {
  @Test func `gives services with their promises`() throws {
    let services = try snapshot(rich).services
    #expect(services.map(\.name.description) == ["play/elsewhere", "play/game", "play/peers"])
    let game = services[1]
    #expect(game.kind == .loadBalancer)
    #expect(game.externalTrafficPolicy == .local)
    #expect(game.internalTrafficPolicy == .local)
    #expect(game.affinity == .clientIP(timeout: .seconds(600)))
    #expect(game.healthCheckNodePort == 30189)
    #expect(game.announcer == .metalLB)
    #expect(
      game.ports == [
        ServicePort(5000, over: .udp, name: "voice", target: .name("voice"), nodePort: 31000),
        ServicePort(443, over: .tcp, name: "web", target: .number(8443)),
      ]
    )
    #expect(
      game.fronts.map { "\($0.endpoint) \($0.kind)" } == [
        "10.96.0.9:5000 clusterIP", "10.96.0.9:443 clusterIP",
        "[fd00::9]:5000 clusterIP", "[fd00::9]:443 clusterIP",
        "192.0.2.80:5000 externalIP", "192.0.2.80:443 externalIP",
        "198.51.100.7:5000 loadBalancer", "198.51.100.7:443 loadBalancer",
      ]
    )
    let peers = services[2]
    #expect(peers.isHeadless)
    #expect(peers.fronts == [])
    #expect(peers.affinity == .clientIP(timeout: .seconds(10_800)))
    #expect(services[0].kind == .externalName)
  }

  @Test func `gives the endpoints of all slices by service port`() throws {
    let groups = try snapshot(rich).endpoints
    #expect(
      groups.map { "\($0.service) \($0.portName) \($0.transport.rawValue)" } == [
        "play/game voice 17", "play/game web 6", "play/peers  17",
      ]
    )
    #expect(
      groups[0].records == [
        EndpointRecord(
          endpoint("10.244.1.2:5001"),
          isReady: true,
          isServing: true,
          node: "n1",
          pod: ObjectName("play", "g1"),
          podUID: "u1"
        ),
        EndpointRecord(
          endpoint("10.244.2.2:5001"),
          isReady: false,
          isServing: true,
          isTerminating: true,
          node: "n2",
          pod: ObjectName("play", "g2"),
          podUID: "u2"
        ),
        EndpointRecord(endpoint("[fd00:1::2]:5001"), isReady: true, isServing: true),
      ]
    )
    #expect(groups[1].records.map(\.endpoint.port) == [8443, 8443])
  }

  @Test func `gives pods and nodes`() throws {
    let cluster = try snapshot(rich)
    #expect(cluster.takenAt == time("2026-11-21T06:49:09Z"))
    #expect(
      cluster.pods.map(\.name.description) == [
        "kube-system/proxy", "play/g1", "play/g2", "play/pending",
      ]
    )
    #expect(cluster.pods[0].isOnHostNetwork)
    #expect(cluster.pods[1].addresses == [address("10.244.1.2"), address("fd00:1::2")])
    #expect(cluster.pods[1].isReady)
    #expect(cluster.pods[1].createdAt == time("2026-11-21T00:00:00Z"))
    #expect(cluster.pods[1].readinessChangedAt == time("2026-11-21T00:00:05Z"))
    #expect(cluster.pods[1].app == "game")
    #expect(cluster.pods[2].terminatingSince == time("2026-11-21T00:10:00Z"))
    #expect(cluster.pods[2].addresses == [address("10.244.2.2")])
    #expect(cluster.pods[3].phase == .pending)
    #expect(cluster.pods[3].node == nil)
    #expect(cluster.nodes[0].addresses == [address("192.168.99.11"), address("203.0.113.11")])
    #expect(cluster.nodes[0].podBlocks.map(\.description) == ["10.244.1.0/24", "fd00:1::/64"])
    #expect(cluster.nodes[0].isReady)
    #expect(cluster.nodes[1].addresses == [])
    #expect(!cluster.nodes[1].isReady)
  }

  @Test func `is written and read again as the same`() throws {
    let cluster = try snapshot(rich)
    var writer = JSONWriter(.compact)
    cluster.write(to: &writer)
    #expect(try ClusterSnapshot(reading: writer.bytes, named: "written") == cluster)
  }

  @Test func `answers for every kind of front`() throws {
    let history = try history(rich)
    #expect(history.frontName("198.51.100.7:5000") == "play/game 5000 loadBalancer")
    #expect(history.frontName("192.0.2.80:5000") == "play/game 5000 externalIP")
    #expect(history.frontName("10.96.0.9:5000") == "play/game 5000 clusterIP")
    #expect(history.frontName("[fd00::9]:5000") == "play/game 5000 clusterIP")
    #expect(history.frontName("198.51.100.7:5000", .tcp) == nil)
    #expect(history.frontName("198.51.100.7:443", .tcp) == "play/game 443 loadBalancer")
    #expect(history.frontName("192.168.99.11:31000") == "play/game 5000 nodePort")
    #expect(history.frontName("203.0.113.11:31000") == "play/game 5000 nodePort")
    #expect(history.frontName("10.244.1.1:31000") == "play/game 5000 nodePort")
    #expect(history.frontName("192.168.99.12:31000") == nil)
    #expect(history.frontName("192.168.99.11:31001") == nil)
    let direct = history.directFront(at: endpoint("10.244.1.2:5001"), over: .udp, time: noon)
    #expect(direct?.kind == .headless)
    #expect(direct.map { history.name(of: $0.service).description } == "play/peers")
    let other = history.directFront(at: endpoint("10.244.2.2:5001"), over: .udp, time: noon)
    #expect(other?.kind == .direct)
    #expect(history.directFront(at: endpoint("10.244.2.2:5002"), over: .udp, time: noon) == nil)
  }

  @Test func `answers for every kind of address`() throws {
    let history = try history(rich)
    #expect(history.podName(address("10.244.1.2")) == "play/g1")
    #expect(history.podName(address("fd00:1::2")) == "play/g1")
    #expect(history.podName(address("192.168.99.11")) == nil)
    #expect(history.podName(address("10.244.1.3")) == nil)
    #expect(history.ownerName("192.168.99.11") == "n1 node")
    #expect(history.ownerName("10.244.1.2") == "n1 play/g1")
    #expect(history.ownerName("10.244.2.2") == "n2 play/g2")
    #expect(history.ownerName("10.244.1.0") == "n1 tunnel")
    #expect(history.ownerName("10.244.1.1") == "n1 podBridge")
    #expect(history.ownerName("10.244.1.77") == "n1 podBlock")
    #expect(history.ownerName("fd00:1::") == "n1 tunnel")
    #expect(history.ownerName("fd00:1::1") == "n1 podBridge")
    #expect(history.ownerName("10.244.2.77") == nil)
    #expect(history.node(ofPodAt: address("10.244.1.99"), time: noon) == history.node(named: "n1"))
    #expect(history.node(ofPodAt: address("10.244.2.2"), time: noon) == history.node(named: "n2"))
  }

  @Test func `tells pods of one host network apart by port`() throws {
    let history = try history(
      """
      {"kind":"List","items":[
        {"kind":"Node","metadata":{"name":"n1"},"status":{"addresses":[{"address":"192.168.99.11"}]}},
        {"kind":"Pod","metadata":{"name":"dns","uid":"a"},"spec":{"hostNetwork":true,"nodeName":"n1"},
         "status":{"phase":"Running","podIP":"192.168.99.11"}},
        {"kind":"Pod","metadata":{"name":"ntp","uid":"b"},"spec":{"hostNetwork":true,"nodeName":"n1"},
         "status":{"phase":"Running","podIP":"192.168.99.11"}},
        {"kind":"Service","metadata":{"name":"dns"},"spec":{"clusterIP":"10.96.0.1",
         "ports":[{"port":53,"protocol":"UDP"}]}},
        {"kind":"Service","metadata":{"name":"ntp"},"spec":{"clusterIP":"10.96.0.2",
         "ports":[{"port":123,"protocol":"UDP"}]}},
        {"kind":"EndpointSlice","metadata":{"name":"d","labels":{"kubernetes.io/service-name":"dns"}},
         "endpoints":[{"addresses":["192.168.99.11"],"targetRef":{"kind":"Pod","name":"dns","uid":"a"}}],
         "ports":[{"name":"","port":53,"protocol":"UDP"}]},
        {"kind":"EndpointSlice","metadata":{"name":"n","labels":{"kubernetes.io/service-name":"ntp"}},
         "endpoints":[{"addresses":["192.168.99.11"],"targetRef":{"kind":"Pod","name":"ntp","uid":"b"}}],
         "ports":[{"name":"","port":123,"protocol":"UDP"}]}]}
      """
    )
    func pod(_ text: String) -> String? {
      history.pod(at: endpoint(text), over: .udp, time: noon).map { history.pod($0).name.name }
    }
    #expect(pod("192.168.99.11:53") == "dns")
    #expect(pod("192.168.99.11:123") == "ntp")
    #expect(pod("192.168.99.11:99") == nil)
  }

  @Test(arguments: [
    // One kind, as the API itself lists it: items do not say their kind.
    #"{"kind":"PodList","items":[{"metadata":{"name":"s1"},"status":{"podIP":"10.0.0.1"}}]}"#,
    #"{"items":[{"metadata":{"name":"s1"},"status":{"podIP":"10.0.0.1"}}],"kind":"PodList"}"#,
    // One object, an array of objects, several texts, `null` for what is absent.
    #"{"kind":"Pod","metadata":{"name":"s1"},"status":{"podIP":"10.0.0.1"}}"#,
    #"[{"kind":"Pod","metadata":{"name":"s1"},"status":{"podIP":"10.0.0.1"}}]"#,
    #"{"kind":"NodeList","items":[]}{"kind":"Pod","metadata":{"name":"s1"},"status":{"podIP":"10.0.0.1"}}"#,
    #"{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"s1","labels":null,"uid":null},"spec":null,"#
      + #""status":{"podIP":"10.0.0.1","podIPs":null,"conditions":null}}]}"#,
  ])
  func `comes in several shapes`(text: String) throws {
    let cluster = try snapshot(text)
    #expect(cluster.pods.map(\.name.description) == ["default/s1"])
    #expect(cluster.pods.first?.addresses == [address("10.0.0.1")])
  }

  @Test func `an object listed twice counts once, as it was listed last`() throws {
    let cluster = try snapshot(
      #"{"kind":"PodList","items":[{"metadata":{"name":"a"},"status":{"podIP":"10.0.0.1"}}]}"#
        + #"{"kind":"PodList","items":[{"metadata":{"name":"a"},"status":{"podIP":"10.0.0.2"}}]}"#
    )
    #expect(cluster.pods.map(\.addresses) == [[address("10.0.0.2")]])
  }
}
