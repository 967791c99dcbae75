import Affinity
import Testing

/// That the catalogue is whole: its modes, and what each is called.
struct CatalogueTests {
  struct Row: Hashable, Sendable {
    var id: String
    var name: String
    var modeClass: Mode.Class
    var origin: Mode.Origin
  }

  static func row(
    _ id: String,
    _ name: String,
    _ modeClass: Mode.Class,
    _ origin: Mode.Origin = .cluster
  ) -> Row {
    Row(id: id, name: name, modeClass: modeClass, origin: origin)
  }

  static let rows = [
    row("A1", "idle-expiry", .explained),
    row("A2", "proxy-restart-flush", .violation),
    row("A3", "reconciler-overreach", .violation),
    row("A4", "not-ready-flush", .violation),
    row("A5", "ingress-node-switch", .violation, .upstream),
    row("A6", "l2-leader-change", .violation),
    row("A7", "probe-flap", .violation, .upstream),
    row("A8", "split-brain-affinity", .violation, .upstream),
    row("A9", "affinity-timeout", .explained),
    row("A10", "recent-list-overflow", .violation),
    row("A11", "affinity-key-per-port", .explained),
    row("A12", "udp-socket-lb-reorder", .violation),
    row("A13", "clash-split", .violation),
    row("A14", "per-packet-spray", .violation),
    row("A15", "hash-disruption", .violation),
    row("A16", "client-rebind", .explained, .client),
    row("A17", "rolling-replacement", .explained),
    row("A18", "affinity-ignored", .violation),
    row("B1", "stale-endpoint", .loss),
    row("B2", "poisoned-entry", .loss),
    row("B3", "misdelivery", .security),
    row("B4", "ipvs-stale-rs", .loss),
    row("B5", "terminating-trap", .loss),
    row("B6", "notready-pin", .loss),
    row("B7", "local-no-endpoint", .loss),
    row("B8", "reject-icmp", .explained),
    row("B9", "first-packet-drop", .loss),
    row("B10", "nat-map-eviction", .loss),
    row("B11", "vip-move-reply-loss", .loss),
    row("B12", "reserved-snat-port", .loss),
    row("B13", "fragment-loss", .loss),
    row("B14", "conntrack-full", .loss),
    row("B15", "rpfilter-drop", .loss),
    row("B16", "encap-checksum", .loss),
    row("B17", "mtu-gso-drop", .loss),
    row("B18", "outage-memory", .loss),
    row("B19", "endpoint-refuses", .loss),
    row("C1", "cluster-snat", .explained),
    row("C2", "local-but-snat", .source),
    row("C3", "snat-port-collision", .source),
    row("C4", "reflective-churn", .violation),
    row("C5", "reply-wrong-source", .loss),
    row("C6", "five-tuple-merge", .loss),
    row("C7", "hairpin-snat", .explained),
    row("C8", "upstream-snat", .explained, .client),
    row("C9", "affinity-collapse", .violation),
    row("C10", "dsr-wrong-source", .loss),
  ]

  @Test func `every mode is there once, in order, with its class and origin`() {
    #expect(Catalogue.modes.count == 47)
    #expect(
      Catalogue.inOrder.map { Self.row($0.id, $0.name, $0.modeClass, $0.origin) } == Self.rows
    )
  }

  @Test(arguments: rows) func `a mode is found by its id and by its name`(row: Row) {
    #expect(Catalogue.mode(row.id)?.name == row.name)
    #expect(Catalogue.mode(row.id.lowercased())?.name == row.name)
    #expect(Catalogue.mode(row.name)?.id == row.id)
    #expect(Catalogue.mode(row.name.uppercased())?.id == row.id)
  }

  @Test(arguments: ["", "A", "A0", "A19", "D1", "idle", "A1 "])
  func `other words are no mode`(word: String) {
    #expect(Catalogue.mode(word) == nil)
  }

  @Test func `every need is named by some mode`() {
    let needed = Set(Catalogue.modes.flatMap(\.needs))
    #expect(
      needed == [
        .inventory, .history, .icmp, .nodeFacts, .proxyMode, .replies, .socketView,
      ]
    )
  }
}
