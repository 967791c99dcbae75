import Affinity
import Cluster
import Collector
import Exchange
import KubernetesAPI
import System
import TestSupport
import Testing
import Wire

/// A collector that follows the cluster by its API server.
@Suite struct CollectedInventoryTests {
  @Test func `what changes is known at once, and a server that is away is a blind spot`() throws {
    let server = try APIServer(
      control: """
        away = False
        first = True
        def handle(self, verb, kind, query):
            if away:
                self.refuse(503, "ServiceUnavailable", "away")
                return True
            if verb == "watch" and first:
                self.begin_stream()
                while not away: time.sleep(0.01)
                self.cut()
                return True
        """
    )
    let folder = try TemporaryFolder()
    var settings = CollectorSettings(database: "\(folder.path)/history.db")
    settings.doors = [CollectingServer.Door(Endpoint(IPAddress(v4: 0x7f00_0001), 0))]
    settings.refresh = .milliseconds(100)
    defer { _ = try? Command("rm", ["-rf", "\(settings.database).log"]) }
    let desk = InventoryDesk()
    var lines: [String] = []
    let kept = KeptInventories(of: settings, &lines)
    var loop = try CollectingLoop.begin(settings, nil, desk, &lines)
    let kubeconfig = try Kubeconfig(paths: server.kubeconfig(scheme: "http", cluster: "a: b"))
    try ServerInventory.follow(try kubeconfig.access(), onto: desk, keeping: kept)

    var last: ContinuousAnalyst.Outcome?
    func isStale(_ outcome: ContinuousAnalyst.Outcome?) -> Bool {
      outcome?.report.blindSpots.contains { $0.kind == "stale-inventory" } ?? true
    }
    func go(_ what: String, until holds: (ContinuousAnalyst.Outcome?) -> Bool) {
      let end = Instant.now() + .seconds(60)
      while !holds(last), Instant.now() < end {
        let news = loop.step(until: .now() + .milliseconds(20))
        lines += news.lines
        last = news.outcome ?? last
      }
      #expect(holds(last), Comment(rawValue: what))
    }
    go("the inventory is there") { $0?.inventory?.serviceNames.count == 1 && !isStale($0) }
    try server.run("global away, first; away, first = True, False")
    go("it is old") { isStale($0) && $0?.inventory?.serviceNames.count == 1 }
    let spot = last?.report.blindSpots.first { $0.kind == "stale-inventory" }
    #expect(spot?.effect.contains("away") == true)
    #expect(lines.contains { $0.hasSuffix("; the inventory stays what it was") })
    try server.run("cluster.put(SERVICES, service(externalTrafficPolicy='Local', type='NodePort'))")
    try server.run("global away; away = False")
    go("a policy that was edited meanwhile counts") { outcome in
      guard !isStale(outcome), let inventory = outcome?.inventory else { return false }
      guard let id = inventory.service(named: ObjectName("default", "udp")) else { return false }
      return inventory.service(id, at: .now())?.externalTrafficPolicy == .local
    }
    _ = try loop.finish()
    // A process after it knows both; the writer may not have come to it yet.
    var policies: [Service.TrafficPolicy] = []
    let end = Instant.now() + .seconds(60)
    while policies.last != .local, Instant.now() < end {
      let states = KeptInventories(of: settings, &lines).states.snapshots
      policies = states.compactMap { $0.services.first?.externalTrafficPolicy }
      sleep(until: .now() + .milliseconds(50))
    }
    #expect(policies.first == .cluster)
    #expect(policies.last == .local)
  }
}
