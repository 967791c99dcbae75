import Cluster
import Testing
import Wire

/// The short form of one service with these backends.
private func udp(_ backends: String, _ more: String = "", takenAt: String? = nil) throws
  -> ClusterSnapshot
{
  let list = backends.split(separator: " ").map { "\"\($0)\"" }.joined(separator: ",")
  return try snapshot(
    """
    {"pods":{},"nodes":{},
     "services":{"udp":{"fronts":["198.51.100.7:53"],"backends":[\(list)]\(more)}}}
    """,
    takenAt: takenAt
  )
}

private let ten = "2026-11-21T10:00:00Z"
private let eleven = "2026-11-21T11:00:00Z"
private let twelve = "2026-11-21T12:00:00Z"

extension ClusterHistory {
  /// The only service port of these tests.
  fileprivate var port: ServicePortID { ServicePortID(index: 0) }

  fileprivate func member(_ text: String, _ at: String) -> String {
    switch membership(of: endpoint(text), in: port, time: time(at)) {
    case .current: "current"
    case .uncertain: "uncertain"
    case .former: "former"
    case .later: "later"
    case .never: "never"
    }
  }

  fileprivate var story: [String] {
    changes(ofEndpointsOf: port).map { change in
      let after = change.after.map { String($0.description.dropFirst(11).prefix(8)) } ?? "?"
      let before = change.before.map { String($0.description.dropFirst(11).prefix(8)) } ?? "?"
      return "\(change.record.endpoint) \(change.kind) \(after)-\(before)"
    }
  }
}

@Suite struct `A history` {
  @Test func `orders snapshots by time, and those without one as given`() throws {
    let history = ClusterHistory([
      try udp("10.0.0.1:53"), try udp("10.0.0.2:53", takenAt: twelve),
      try udp("10.0.0.3:53", takenAt: ten), try udp("10.0.0.4:53"),
    ])
    #expect(history.snapshotTimes == [nil, time(ten), time(twelve), nil])
    #expect(
      history.story == [
        "10.0.0.1:53 left ?-10:00:00", "10.0.0.3:53 joined ?-10:00:00",
        "10.0.0.2:53 joined 10:00:00-12:00:00", "10.0.0.3:53 left 10:00:00-12:00:00",
        "10.0.0.2:53 left 12:00:00-?", "10.0.0.4:53 joined 12:00:00-?",
      ]
    )
  }

  @Test func `tells what an endpoint was at a time`() throws {
    let history = ClusterHistory([
      try udp("10.0.0.1:53 10.0.0.2:53", takenAt: ten),
      try udp("10.0.0.1:53 10.0.0.3:53", takenAt: twelve),
    ])
    #expect(history.member("10.0.0.1:53", "2026-11-21T09:00:00Z") == "current")
    #expect(history.member("10.0.0.1:53", eleven) == "current")
    #expect(history.member("10.0.0.1:53", "2026-11-21T13:00:00Z") == "current")
    #expect(history.member("10.0.0.2:53", "2026-11-21T09:00:00Z") == "current")
    #expect(history.member("10.0.0.2:53", eleven) == "uncertain")
    #expect(history.member("10.0.0.2:53", twelve) == "former")
    #expect(history.member("10.0.0.3:53", "2026-11-21T09:00:00Z") == "later")
    #expect(history.member("10.0.0.3:53", eleven) == "uncertain")
    #expect(history.member("10.0.0.3:53", twelve) == "current")
    #expect(history.member("10.0.0.4:53", twelve) == "never")
    let list = history.endpoints(of: history.port, at: time(twelve)).map(\.endpoint.description)
    #expect(list == ["10.0.0.1:53", "10.0.0.3:53"])
  }

  @Test func `an endpoint that comes back is former in between`() throws {
    let history = ClusterHistory([
      try udp("10.0.0.1:53", takenAt: ten), try udp("", takenAt: eleven),
      try udp("10.0.0.1:53", takenAt: twelve),
    ])
    #expect(history.member("10.0.0.1:53", "2026-11-21T10:30:00Z") == "uncertain")
    #expect(history.member("10.0.0.1:53", "2026-11-21T11:00:00Z") == "uncertain")
    #expect(history.member("10.0.0.1:53", twelve) == "current")
    #expect(
      history.story == [
        "10.0.0.1:53 left 10:00:00-11:00:00", "10.0.0.1:53 joined 11:00:00-12:00:00",
      ]
    )
  }

  @Test func `tells edits of a service`() throws {
    let history = ClusterHistory([
      try udp("10.0.0.1:53", takenAt: ten),
      try udp("10.0.0.1:53", #","externalTrafficPolicy":"Local""#, takenAt: eleven),
      try udp(
        "10.0.0.1:53",
        #","externalTrafficPolicy":"Local","sessionAffinity":"ClientIP""#,
        takenAt: twelve
      ),
      try snapshot(#"{"services":{}}"#, takenAt: "2026-11-21T13:00:00Z"),
    ])
    let id = try #require(history.service(named: ObjectName("default", "udp")))
    let changes = history.changes(of: id)
    #expect(changes.map(\.fields) == [.externalTrafficPolicy, .affinity, []])
    #expect(changes.map(\.after) == [time(ten), time(eleven), time(twelve)])
    #expect(changes.map(\.before).last == time("2026-11-21T13:00:00Z"))
    #expect(changes.last?.now == nil)
    #expect(history.service(id, at: time(ten))?.externalTrafficPolicy == .cluster)
    #expect(
      history.service(id, at: time("2026-11-21T10:30:00Z"))?.externalTrafficPolicy == .cluster
    )
    #expect(history.service(id, at: time(eleven))?.externalTrafficPolicy == .local)
    #expect(history.service(id, at: time("2026-11-21T14:00:00Z")) == nil)
    #expect(
      history.frontName("198.51.100.7:53", .udp, time(eleven)) == "default/udp 53 loadBalancer"
    )
    #expect(history.frontName("198.51.100.7:53", .udp, time("2026-11-21T14:00:00Z")) == nil)
    #expect(history.story == ["10.0.0.1:53 left 12:00:00-13:00:00"])
  }

  @Test func `tells readiness and termination, as closely as the pods allow`() throws {
    func cluster(_ takenAt: String, pod: String, conditions: String) throws -> ClusterSnapshot {
      try snapshot(
        """
        {"kind":"List","takenAt":"\(takenAt)","items":[
          {"kind":"Pod","metadata":{"name":"a","uid":"u"\(pod)},
           "status":{"phase":"Running","podIP":"10.0.0.1","conditions":[
             {"type":"Ready","status":"False","lastTransitionTime":"2026-11-21T10:20:00Z"}]}},
          {"kind":"Service","metadata":{"name":"udp"},
           "spec":{"clusterIP":"10.96.0.1","ports":[{"port":53,"protocol":"UDP"}]}},
          {"kind":"EndpointSlice","metadata":{"name":"s","labels":{"kubernetes.io/service-name":"udp"}},
           "endpoints":[{"addresses":["10.0.0.1"],"conditions":{\(conditions)},
             "targetRef":{"kind":"Pod","name":"a","uid":"u"}}],
           "ports":[{"port":53,"protocol":"UDP"}]}]}
        """
      )
    }
    let going = #","deletionTimestamp":"2026-11-21T11:10:30Z","deletionGracePeriodSeconds":30"#
    let history = ClusterHistory([
      try cluster(ten, pod: "", conditions: #""ready":true"#),
      try cluster(eleven, pod: "", conditions: #""ready":false"#),
      try cluster(
        twelve,
        pod: going,
        conditions: #""ready":false,"serving":true,"terminating":true"#
      ),
      try snapshot(#"{"kind":"PodList","items":[]}"#, takenAt: "2026-11-21T13:00:00Z"),
      try snapshot(
        """
        {"kind":"EndpointSlice","metadata":{"name":"s","labels":{"kubernetes.io/service-name":"udp"}},
         "endpoints":[],"ports":[{"port":53,"protocol":"UDP"}]}
        """,
        takenAt: "2026-11-21T14:00:00Z"
      ),
    ])
    #expect(
      history.story == [
        "10.0.0.1:53 becameNotReady 10:20:00-11:00:00",
        "10.0.0.1:53 becameTerminating 11:10:00-12:00:00",
        "10.0.0.1:53 left 13:00:00-14:00:00",
      ]
    )
  }

  @Test func `resolves an address as of the packet's time`() throws {
    func pods(_ name: String, _ createdAt: String, _ phase: String = "Running") -> String {
      #"{"kind":"Pod","metadata":{"name":"\#(name)","uid":"\#(name)","creationTimestamp":"\#(createdAt)"},"#
        + #""status":{"phase":"\#(phase)","podIP":"10.0.0.1"}}"#
    }
    // No times of the snapshots: the pods' own creation tells the tenants of an address apart.
    let reused = try history(pods("old", ten), pods("new", twelve))
    #expect(reused.podName(address("10.0.0.1"), time("2026-11-21T09:00:00Z")) == nil)
    #expect(reused.podName(address("10.0.0.1"), time(eleven)) == "default/old")
    #expect(reused.podName(address("10.0.0.1"), time("2026-11-21T13:00:00Z")) == "default/new")
    // With times, also where the creation is not known.
    let timed = ClusterHistory([
      try snapshot(#"{"pods":{"old":"10.0.0.1"}}"#, takenAt: ten),
      try snapshot(#"{"pods":{"new":"10.0.0.1"}}"#, takenAt: twelve),
    ])
    #expect(timed.podName(address("10.0.0.1"), time("2026-11-21T09:00:00Z")) == "default/old")
    #expect(timed.podName(address("10.0.0.1"), time(eleven)) == "default/old")
    #expect(timed.podName(address("10.0.0.1"), time(twelve)) == "default/new")
    // A pod that has ended keeps its address in the API and not on the wire.
    let finished = try history(
      "[\(pods("job", eleven, "Succeeded")),\(pods("server", ten))]"
    )
    #expect(finished.podName(address("10.0.0.1"), time(twelve)) == "default/server")
  }

  @Test func `a successor of the same name is another pod`() throws {
    func pod(_ uid: String, _ address: String) -> String {
      #"{"kind":"Pod","metadata":{"name":"db-0","uid":"\#(uid)"},"status":{"phase":"Running","podIP":"\#(address)"}}"#
    }
    let history = ClusterHistory([
      try snapshot(pod("a", "10.0.0.1"), takenAt: ten),
      try snapshot(pod("b", "10.0.0.2"), takenAt: twelve),
    ])
    let first = history.pod(at: address("10.0.0.1"), time: time(ten))
    let second = history.pod(at: address("10.0.0.2"), time: time(twelve))
    #expect(first != nil && second != nil && first != second)
    #expect(history.pod(at: address("10.0.0.1"), time: time(twelve)) == nil)
  }

  @Test func `files of several kinds make one inventory`() throws {
    let history = try history(
      #"{"kind":"ServiceList","items":[{"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.0.1","ports":[{"port":53,"protocol":"UDP"}]}}]}"#,
      #"{"kind":"PodList","items":[{"metadata":{"name":"p"},"status":{"podIP":"10.0.0.1"}}]}"#
    )
    #expect(history.frontName("10.96.0.1:53") == "default/a 53 clusterIP")
    #expect(history.podName(address("10.0.0.1")) == "default/p")
    #expect(history.kinds == [.services, .pods])
    let id = try #require(history.service(named: ObjectName("default", "a")))
    #expect(history.changes(of: id) == [])
  }

  @Test func `knows nodes from their pods where nodes are not listed`() throws {
    let history = try history(
      """
      {"kind":"List","items":[
        {"kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":"n1"},
         "status":{"phase":"Running","podIP":"10.0.0.1","hostIP":"192.168.99.11",
           "hostIPs":[{"ip":"192.168.99.11"},{"ip":"fd99::11"}]}},
        {"kind":"Service","metadata":{"name":"a"},
         "spec":{"type":"NodePort","ports":[{"port":53,"protocol":"UDP","nodePort":30053}]}}]}
      """
    )
    #expect(history.ownerName("192.168.99.11") == "n1 node")
    #expect(history.ownerName("10.0.0.1") == "n1 default/p")
    #expect(history.frontName("[fd99::11]:30053") == "default/a 53 nodePort")
    #expect(!history.kinds.contains(.nodes))
  }

  @Test func `a pod that was not created yet was no endpoint yet`() throws {
    func cluster(_ endpoints: String) -> String {
      """
      {"kind":"List","items":[
        {"kind":"Pod","metadata":{"name":"p","uid":"u","creationTimestamp":"\(eleven)"},
         "status":{"phase":"Running","podIP":"10.0.0.1"}},
        {"kind":"Service","metadata":{"name":"udp"},
         "spec":{"ports":[{"port":53,"protocol":"UDP"}]}},
        {"kind":"EndpointSlice",
         "metadata":{"name":"s","labels":{"kubernetes.io/service-name":"udp"}},
         "endpoints":[\(endpoints)],"ports":[{"port":53,"protocol":"UDP"}]}]}
      """
    }
    let listed = #"{"addresses":["10.0.0.1"],"targetRef":{"kind":"Pod","name":"p","uid":"u"}}"#
    let history = try history(cluster(""), cluster(listed))
    #expect(history.story == ["10.0.0.1:53 joined 11:00:00-?"])
    #expect(history.member("10.0.0.1:53", ten) == "later")
    #expect(history.member("10.0.0.1:53", twelve) == "uncertain")
    #expect(history.podName(address("10.0.0.1"), time(ten)) == nil)
    #expect(history.podName(address("10.0.0.1"), time(twelve)) == "default/p")
  }

  @Test func `of nothing knows nothing`() {
    let history = ClusterHistory()
    #expect(history.isEmpty)
    #expect(history.frontName("10.96.0.1:53") == nil)
    #expect(history.podName(address("10.0.0.1")) == nil)
    #expect(history.ownerName("10.0.0.1") == nil)
    #expect(history.member("10.0.0.1:53", ten) == "never")
    #expect(history.service(ServiceID(index: 0), at: noon) == nil)
    #expect(history.endpoints(of: ServicePortID(index: 0), at: noon) == [])
  }
}
