import CaptureFiles
import Cluster
import JSONText
import Wire

/// A recording of real kube-proxies in captures/, with what its pods and clients logged.
struct Recorded: Sendable, CustomStringConvertible {
  static let names = [
    "iptables-hostgw-cluster", "iptables-hostgw-delete-pod", "iptables-hostgw-flush",
    "iptables-hostgw-heartbeats", "iptables-hostgw-local", "iptables-hostgw-v6-cluster",
    "nftables-vxlan-blackhole", "nftables-vxlan-cluster", "nftables-vxlan-fragments",
    "nftables-vxlan-lb-rebalance", "nftables-vxlan-no-local",
  ]

  static let all: [Recorded] = names.compactMap { try? Recorded($0) }

  let name: String
  let files: [NodeFile]
  let inventory: ClusterHistory
  let truth: GroundTruth

  var description: String { name }
  var folder: String { "\(Self.folder)/\(name)" }

  /// Where the recordings lie.
  static let folder =
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/captures"

  init(_ name: String) throws {
    let folder = "\(Self.folder)/\(name)"
    self.name = name
    files = try ["n1", "n2", "n3"].map {
      NodeFile(node: $0, bytes: try contents(of: "\(folder)/\($0).pcap"))
    }
    inventory = try ClusterHistory(
      reading: ["cluster.json", "cluster-after.json"].map {
        InventoryFile(name: $0, bytes: try contents(of: "\(folder)/\($0)"))
      }
    )
    truth = try GroundTruth(logged: folder)
  }
}

extension GroundTruth {
  /// What the servers and clients of a recording wrote down.
  init(logged folder: String) throws {
    var isLocal = false
    for file in ["cluster.json", "cluster-after.json"] {
      let items = try JSONValue(contents(of: "\(folder)/\(file)"))["items"]?.array ?? []
      for item in items {
        if item["spec"]?["externalTrafficPolicy"]?.string == "Local" { isLocal = true }
        guard item["kind"]?.string == "Pod", let name = item["metadata"]?["name"]?.string else {
          continue
        }
        for address in item["status"]?["podIPs"]?.array ?? [] {
          if let text = address["ip"]?.string, let address = IPAddress(text) {
            pods[address] = name
          }
        }
      }
    }
    let translations = try Self.translations(folder, pods)
    var last: [String: Served] = [:]
    for row in try Self.rows(of: "\(folder)/servers.jsonl") {
      let seen = Self.endpoint(row["src"]?.string, row["sport"]?.integer)
      let pod = row["pod"]?.string ?? ""
      let client =
        Self.name(in: row["msg"]?.string ?? "") ?? (isLocal ? seen : translations[pod + seen])
      note(Served(client: client ?? "None", pod: pod, seenSource: seen), last: &last)
    }
    for row in try Self.rows(of: "\(folder)/clients.jsonl") where row["ev"]?.string == "send" {
      clients.insert(Self.endpoint(row["src"]?.string, row["sport"]?.integer))
    }
    for row in (try? Self.rows(of: "\(folder)/events.jsonl")) ?? [] {
      let words = (row["event"]?.string ?? "").split(separator: " ")
      if words.count > 2, words[0] == "server", words[2].hasPrefix("stops") {
        deafPods.insert(String(words[1]))
      }
    }
  }

  private static func rows(of path: String) throws -> [JSONValue] {
    try contents(of: path).split(separator: 0x0a).map { try JSONValue(Array($0)) }
  }

  private static func endpoint(_ address: String?, _ port: Int64?) -> String {
    guard let text = address, let port, let number = UInt16(exactly: port) else { return "" }
    let plain = text.hasPrefix("::ffff:") ? String(text.dropFirst(7)) : text
    guard let address = IPAddress(plain) else { return plain }
    return Endpoint(address, number).description
  }

  /// The client that a message names as its sender.
  private static func name(in message: String) -> String? {
    let words = message.split(separator: " ")
    guard let word = words.firstIndex(of: "from:"), word + 1 < words.count else { return nil }
    return Endpoint(String(words[word + 1]))?.description
  }

  /// Clients by pod and seen source, from every entry in the nodes' own NAT tables.
  private static func translations(_ folder: String, _ pods: [IPAddress: String]) throws
    -> [String: String]
  {
    var known: [String: String] = [:]
    let text = (try? contents(of: "\(folder)/conntrack.txt")) ?? []
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      var fields: [Substring: [String]] = [:]
      for word in line.split(separator: " ") {
        let parts = word.split(separator: "=", maxSplits: 1)
        if parts.count == 2 { fields[parts[0], default: []].append(String(parts[1])) }
      }
      guard let sources = fields["src"], let targets = fields["dst"], sources.count == 2,
        let sourcePorts = fields["sport"], let targetPorts = fields["dport"], targets.count == 2,
        let backend = IPAddress(sources[1]), let pod = pods[backend],
        IPAddress(sources[0]).map({ pods[$0] == nil }) == true
      else { continue }
      let seen = endpoint(targets[1], targetPorts.last.flatMap { Int64($0) })
      let client = endpoint(sources[0], sourcePorts.first.flatMap { Int64($0) })
      if client != seen || known[pod + seen] == nil { known[pod + seen] = client }
    }
    return known
  }
}
