import Cluster
import KubernetesAPI
import System
import TestSupport
import Testing
import Wire

/// An inventory that is kept current, by lists and watches.
@Suite struct WatchTests {
  /// A keeper of a server's inventory, and what it has said so far.
  struct Followed: ~Copyable {
    var keeper: InventoryKeeper
    var snapshots: [ClusterSnapshot] = []
    var failures: [String] = []

    init(
      _ server: borrowing APIServer,
      _ settings: InventoryKeeper.Settings = .init(),
      after history: SnapshotHistory = SnapshotHistory()
    ) throws {
      let kubeconfig = try Kubeconfig(paths: server.kubeconfig(scheme: "http", cluster: "a: b"))
      keeper = InventoryKeeper(try kubeconfig.access(), settings, after: history)
    }

    /// Goes on until something is so; three minutes are longer than any of this takes.
    mutating func go(until isSo: (borrowing Followed) throws -> Bool) throws {
      let end = Instant.now() + .seconds(180)
      while try !isSo(self) {
        let news = keeper.step(until: .now() + .milliseconds(50))
        snapshots += news.snapshots
        failures += news.failures.map(\.description)
        if Instant.now() > end {
          throw ServerError(description: "not within three minutes; failures: \(failures)")
        }
      }
    }

    var pods: [String] { snapshots.last?.pods.map(\.name.name) ?? [] }
  }

  @Test func `what is added, changed and deleted is seen, and when`() throws {
    let server = try APIServer()
    var followed = try Followed(server)
    try followed.go { $0.keeper.status.isCurrent }
    #expect(followed.pods == ["server-00000", "server-00001", "server-00002"])
    #expect(followed.keeper.status.age(at: .now()) == .seconds(0))

    try server.run("cluster.put(PODS, pod(7)); cluster.drop(PODS, 'default/server-00001')")
    try followed.go { $0.pods == ["server-00000", "server-00002", "server-00007"] }
    try server.run("cluster.put(SERVICES, service(externalTrafficPolicy='Local', type='NodePort'))")
    try followed.go { $0.snapshots.last?.services.first?.externalTrafficPolicy == .local }
    try server.run("cluster.put(SLICES, endpoint_slice('udp-abc', [0, 7]))")
    try followed.go { $0.snapshots.last?.endpoints.first?.records.count == 2 }

    let history = followed.keeper.history.cluster
    let id = try #require(history.service(named: ObjectName("default", "udp")))
    #expect(history.changes(of: id).map(\.fields) == [[.kind, .externalTrafficPolicy]])
    #expect(history.changes(of: id).allSatisfy { $0.after != nil && $0.before != nil })
    #expect(followed.failures == [])
    // What nobody reads is no change.
    let count = followed.snapshots.count
    try server.run("busy = pod(0); busy['status']['message'] = 'x'; cluster.put(PODS, busy)")
    try server.run("cluster.put(PODS, pod(8))")
    try followed.go { $0.pods.contains("server-00008") }
    #expect(
      followed.snapshots[count...].allSatisfy { $0.pods.map(\.phase).allSatisfy { $0 == .running } }
    )
    #expect(try server.requests.filter { $0.hasPrefix("list") }.count == 4)
  }

  @Test func `until when the state before a change held is known`() throws {
    let server = try APIServer()
    var followed = try Followed(server)
    try followed.go { $0.keeper.status.isCurrent }
    let first = try #require(followed.snapshots.first)
    var number = 10
    // A watch that has just begun confirms nothing yet, and neither does one that is never silent.
    try followed.go { followed in
      let last = followed.snapshots.last?.takenAt
      if let last, Timestamp.now().since(last) > .seconds(5) {
        number += 1
        try server.run("cluster.put(PODS, pod(\(number)))")
      }
      return zip(followed.snapshots, followed.snapshots.dropFirst()).contains { before, after in
        guard let from = before.takenAt, let until = after.takenAt else { return false }
        return before.pods == after.pods && from < until
      }
    }
    let times = followed.keeper.history.snapshots.compactMap(\.takenAt)
    #expect(times == times.sorted())
    #expect(times.first == first.takenAt)
  }

  @Test func `a watch goes on from a bookmark after it was cut`() throws {
    let server = try APIServer(
      control: """
        def handle(self, verb, kind, query):
            if (verb, kind) == ("watch", "pods") and count[verb, kind] == 1:
                self.begin_stream()
                self.event("BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": "5000"}})
                self.chunk(b'{"type":"ADDED","object":{"metadata":{"name":"ha')
                self.cut()
                return True
        """
    )
    var followed = try Followed(server)
    try followed.go { followed in
      try followed.keeper.status.isCurrent
        && server.requests.filter { $0.hasPrefix("watch /api/v1/pods") }.count == 2
    }
    let watches = try server.requests.filter { $0.hasPrefix("watch /api/v1/pods") }
    #expect(watches[0].contains("watch=1&allowWatchBookmarks=true&resourceVersion=1008&"))
    #expect(watches[1].contains("watch=1&allowWatchBookmarks=true&resourceVersion=5000&"))
    #expect(try server.requests.filter { $0.hasPrefix("list /api/v1/pods") }.count == 1)
    #expect(followed.failures.count == 1)
    #expect(followed.failures.first?.contains("the connection broke") == true)
  }

  @Test(arguments: [
    "self.refuse(410, 'Expired', 'too old resource version: 1 (2)')",
    """
    self.begin_stream(); self.event('ERROR', {'kind': 'Status', 'code': 410, 'reason': 'Expired', \
    'message': 'too old resource version: 1 (2)'}); self.chunk(b'')
    """,
    "self.begin_stream(); self.chunk(b'no JSON\\n')",
  ])
  func `a watch that is too old is a list again, without what is gone`(answer: String) throws {
    let server = try APIServer(
      control: """
        def handle(self, verb, kind, query):
            if (verb, kind) == ("watch", "pods") and count[verb, kind] == 1:
                cluster.drop(PODS, "default/server-00001")
                \(answer)
                return True
        """
    )
    var followed = try Followed(server)
    try followed.go { $0.pods == ["server-00000", "server-00002"] }
    try followed.go { $0.keeper.status.isCurrent }
    #expect(try server.requests.filter { $0.hasPrefix("list /api/v1/pods") }.count == 2)
    #expect(try server.requests.filter { $0.hasPrefix("list /api/v1/nodes") }.count == 1)
  }

  @Test func `a server that is away leaves what was known, and its age`() throws {
    let server = try APIServer(
      control: """
        away = False
        def handle(self, verb, kind, query):
            if away:
                self.refuse(503, "ServiceUnavailable", "away")
                return True
            if verb == "watch":
                self.begin_stream()
                while not away: time.sleep(0.01)
                self.cut()
                return True
        """
    )
    var followed = try Followed(server)
    try followed.go { $0.keeper.status.isCurrent }
    try server.run("global away; away = True")
    try followed.go { $0.failures.contains { $0.hasSuffix("cannot watch pods (503): away") } }
    let (time, status) = (Timestamp.now(), followed.keeper.status)
    #expect(status.isComplete && !status.isCurrent)
    #expect(status.age(at: time).map { $0 > .seconds(0) && $0 < .seconds(120) } == true)
    #expect(status.age(at: time + .seconds(60)).map { $0 > .seconds(60) } == true)
    #expect(followed.keeper.history.snapshots.last?.pods.count == 3)
    try server.run("global away; away = False")
    try followed.go { $0.keeper.status.isCurrent }
    #expect(followed.keeper.status.kinds.allSatisfy { $0.failure == nil })
  }

  @Test func `a server that ends every watch at once is not run over`() throws {
    let server = try APIServer(
      control: """
        def handle(self, verb, kind, query):
            if verb == "watch":
                self.begin_stream()
                self.chunk(b"")
                return True
        """
    )
    var followed = try Followed(server)
    // From before the first watch: a slow machine makes this longer, and never shorter.
    var start = Instant.now()
    try followed.go { followed in
      if !followed.keeper.status.isComplete { start = .now() }
      return try server.requests.filter { $0.hasPrefix("watch /api/v1/pods") }.count >= 5
    }
    // 125 ms, 250 ms, 500 ms and 1 s at the least.
    #expect(Instant.now().since(start) > .milliseconds(1_875))
    #expect(followed.failures == [])
  }

  @Test func `what was known before goes on, and until then it held`() throws {
    let server = try APIServer()
    var first = try Followed(server)
    try first.go { $0.keeper.status.isCurrent }
    let known = try #require(first.snapshots.first?.takenAt)
    // Nothing happens between the two, then something.
    var second = try Followed(server, after: first.keeper.history)
    try second.go { $0.keeper.status.isCurrent && !$0.snapshots.isEmpty }
    #expect(second.keeper.history.snapshots.map(\.takenAt) == [known, second.snapshots[0].takenAt])
    try server.run("cluster.drop(PODS, 'default/server-00001')")
    var third = try Followed(server, after: second.keeper.history)
    try third.go { $0.keeper.status.isCurrent && !$0.snapshots.isEmpty }
    #expect(
      third.keeper.history.snapshots.map { $0.pods.map(\.name.name) } == [
        ["server-00000", "server-00001", "server-00002"],
        ["server-00000", "server-00001", "server-00002"], ["server-00000", "server-00002"],
      ]
    )
    // The time of one pod's end is known from both sides.
    let history = third.keeper.history.cluster
    #expect(history.snapshotTimes.count == 3)
    #expect(Set(history.snapshotTimes).count == 3)
  }

  @Test func `of many states the last are kept`() throws {
    let server = try APIServer()
    var settings = InventoryKeeper.Settings()
    settings.settlingTime = .milliseconds(0)
    var limits = SnapshotHistory.Limits()
    limits.snapshots = 3
    var followed = try Followed(server, settings, after: SnapshotHistory([], limits))
    try followed.go { $0.keeper.status.isCurrent }
    for number in 10..<16 {
      try server.run("cluster.put(PODS, pod(\(number)))")
      try followed.go { $0.pods.contains("server-000\(number)") }
    }
    #expect(followed.snapshots.count >= 7)
    #expect(followed.keeper.history.snapshots.count == 3)
    #expect(followed.keeper.history.snapshots.first == followed.snapshots.first)
    #expect(followed.keeper.history.snapshots.last == followed.snapshots.last)
    limits.objects = 10
    var small = try Followed(server, settings, after: SnapshotHistory([], limits))
    try small.go { $0.keeper.status.isCurrent }
    #expect(small.keeper.history.snapshots.count == 1, "the last one stays, however large")
  }
}
