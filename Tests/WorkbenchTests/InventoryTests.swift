import Cluster
import Testing
import Wire
import Workbench

@Suite struct `Inventories of the model` {
  @Test func `are read as what kubectl prints`() throws {
    let recording = try #require(Scenario.named("clean-local")).play(seed: 1)
    let inventory = recording.inventories[0]
    let snapshot = try ClusterSnapshot(reading: inventory.bytes, named: inventory.name)
    #expect(snapshot.takenAt == inventory.time)
    #expect(snapshot.pods.map(\.name.name) == ["s1", "s2", "s3", "s4"])
    #expect(snapshot.nodes.map(\.name) == ["n1", "n2", "n3"])
    let service = try #require(snapshot.services.first)
    #expect(service.externalTrafficPolicy == .local)
    #expect(
      service.fronts.map(\.endpoint.description).sorted() == [
        "10.96.0.16:20001", "198.51.100.7:20001",
      ]
    )
    #expect(
      snapshot.endpoints.flatMap(\.records).map(\.endpoint.description) == [
        "10.244.1.2:20001", "10.244.2.2:20001", "10.244.3.2:20001", "10.244.3.3:20001",
      ]
    )
  }

  @Test func `tell when a pod was no longer ready, and when it was again`() throws {
    let recording = try #require(Scenario.named("not-ready-flush")).play(seed: 1)
    let ready = try recording.inventories.map { inventory in
      try ClusterSnapshot(reading: inventory.bytes, named: inventory.name)
        .pods.first { $0.name.name == "s3" }?.isReady
    }
    #expect(ready == [true, false, true, true])
    let times = recording.inventories.map { $0.time.since(recording.inventories[0].time) }
    #expect(times[1] == .seconds(3) && times[2] == .seconds(5))
  }

  @Test func `give a dead pod's address to another`() throws {
    let recording = try #require(Scenario.named("misdelivery-refused")).play(seed: 1)
    let owners = try recording.inventories.map { inventory in
      try ClusterSnapshot(reading: inventory.bytes, named: inventory.name)
        .pods.first { $0.addresses.map(\.description) == ["10.244.2.2"] }?.name.name
    }
    #expect(owners.first == "s2" && owners.last == "web")
  }
}
