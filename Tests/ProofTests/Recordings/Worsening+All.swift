import Wire
import Workbench

extension Worsening {
  /// How captures are in practice: a report has to be as good as of the recording itself.
  static let harmless: [Worsening] = [
    Worsening("snaplen 90 on n1") { $0.changing("n1") { $0.cut(to: 90) }.files },
    Worsening("snaplen 90 on n3") { $0.changing("n3") { $0.cut(to: 90) }.files },
    Worsening("snaplen 90 everywhere") { $0.map { $0.cut(to: 90) }.files },
    Worsening("n1's clock 300 ms ahead") {
      $0.changing("n1") { $0.shifted(by: .milliseconds(300)) }.files
    },
    Worsening("n1's clock 300 ms behind") {
      $0.changing("n1") { $0.shifted(by: .milliseconds(-300)) }.files
    },
    Worsening("n3's clock 300 ms ahead") {
      $0.changing("n3") { $0.shifted(by: .milliseconds(300)) }.files
    },
    Worsening("n3's clock 300 ms behind") {
      $0.changing("n3") { $0.shifted(by: .milliseconds(-300)) }.files
    },
    Worsening("clocks a second apart") { nodes in
      nodes.enumerated().map { $1.shifted(by: .seconds(Int64($0) - 1)) }.files
    },
    Worsening("one pcapng of all nodes") { [$0.merged] },
    Worsening("merged by mergecap") { try $0.mergedByMergecap() },
    Worsening("through editcap") { try $0.map { try $0.editedByEditcap() } },
    Worsening("files in another order") { $0.reversed().files },
    Worsening("SLL of version 1") { $0.map(\.cooked) },
    Worsening("gzip") { try $0.map { try $0.compressed() } },
    Worsening("stray traffic") { $0.map { $0.withStrays(400) }.files },
  ]

  /// What lacks part of the picture: everything that is still told has to be true.
  static let lossy: [Worsening] = [
    Worsening("only the ingress node") { $0.filter { $0.node == "n1" }.files },
    Worsening("only a backend's node") { $0.filter { $0.node == "n3" }.files },
    Worsening("without a backend's node") { $0.filter { $0.node != "n3" }.files },
    Worsening("without the ingress node") { $0.filter { $0.node != "n1" }.files },
    Worsening("Ethernet, interface by interface") {
      $0.map { $0.byInterface(as: .ethernet) }
    },
    Worsening("raw IP, interface by interface") { $0.map { $0.byInterface(as: .raw) } },
    Worsening("the network interfaces only") { nodes in
      nodes.map { $0.keeping { $0.bytes[7] == 2 } }.files
    },
    Worsening("snaplen 68 everywhere") { $0.map { $0.cut(to: 68) }.files },
    Worsening("snaplen 60 everywhere") { $0.map { $0.cut(to: 60) }.files },
    Worsening("snaplen 60 on n3") { $0.changing("n3") { $0.cut(to: 60) }.files },
    Worsening("begun 200 ms late") { nodes in
      nodes.map { $0.beginning(at: nodes.start + .milliseconds(200)) }.files
    },
    Worsening("begun in the middle") { nodes in
      nodes.map { $0.beginning(at: nodes.start + .milliseconds(2_500)) }.files
    },
    Worsening("begun 1 ms after a datagram that is not yet answered") { nodes in
      nodes.map { $0.beginning(at: nodes.start + .microseconds(100)) }.files
    },
    Worsening("n3 begun late") { nodes in
      nodes.changing("n3") { $0.beginning(at: nodes.start + .seconds(2)) }.files
    },
    Worsening("n1 begun late") { nodes in
      nodes.changing("n1") { $0.beginning(at: nodes.start + .seconds(2)) }.files
    },
    Worsening("files cut in the middle") { $0.map(\.halved) },
    Worsening("n3's file cut in the middle") { nodes in
      nodes.map { $0.node == "n3" ? $0.halved : $0.file }
    },
    Worsening("a tenth of n1's packets missing") { $0.changing("n1") { $0.losing(0.1) }.files },
    Worsening("a tenth of n3's packets missing") { $0.changing("n3") { $0.losing(0.1) }.files },
    Worsening("a third of all packets missing") { $0.map { $0.losing(0.33) }.files },
  ]
}
