import Affinity
import Cluster
import CommandLineKit
import Live
import LiveCapture
import System
import Wire

/// What commands that read interfaces and know the cluster have in common.
enum LiveOptions {
  static let inventory = Option(
    repeating: "inventory",
    AnalyzeCommand.file("FILE[@TIME]"),
    "what the cluster looks like, from kubectl: names, causes, and which ports to capture; a file that is written anew, "
      + "or comes into a folder, is taken in"
  )
  static let service = Option(
    repeating: "service",
    .service,
    "only this service or front"
  )

  /// What is to be captured, by the options and the inventory.
  static func settings(
    _ arguments: Arguments,
    _ inventory: ClusterHistory?
  ) throws(Failure) -> LiveSettings {
    var settings = try CaptureOptions.settings(arguments)
    if let inventory {
      let scope = ServiceScope(try arguments[service])
      try AnalyzeCommand.check(scope, in: inventory)
      settings.scope = CaptureScope(inventory, scope, at: .now())
    } else {
      let fronts = try arguments[service]
      try AnalyzeCommand.check(ServiceScope(fronts), in: nil)
    }
    return settings
  }

  /// What the inventory's files say now; nil where none is given.
  static func inventoryFiles(
    _ arguments: Arguments,
    after past: SnapshotHistory = SnapshotHistory()
  ) throws(Failure) -> InventoryFiles? {
    let words = try arguments[inventory]
    return words.isEmpty ? nil : try InventoryFiles(words, at: .now(), after: past)
  }
}

extension CaptureScope {
  /// The ports and addresses of the inventory's services: all of them, or those in the scope.
  init(_ inventory: ClusterHistory, _ scope: ServiceScope, at now: Timestamp) {
    self.init()
    for index in inventory.servicePorts.indices {
      let id = ServicePortID(index: Int32(index))
      let (service, port) = inventory.servicePort(id)
      guard port.transport == .udp else { continue }
      let fronts = inventory.service(service, at: now)?.fronts.filter {
        inventory.front(at: $0.endpoint, over: .udp, time: now)?.port == id
      }
      let name = inventory.name(of: service)
      let isWanted =
        scope.names.isEmpty && scope.fronts.isEmpty || scope.names.contains(name)
        || (fronts ?? []).contains { scope.fronts.contains($0.endpoint) }
        || scope.fronts.contains { $0.port == port.nodePort }
      guard isWanted else { continue }
      ports.insert(port.port)
      if let nodePort = port.nodePort { ports.insert(nodePort) }
      for endpoint in inventory.endpoints(of: id, at: now) { ports.insert(endpoint.endpoint.port) }
      for front in fronts ?? [] { self.fronts.insert(front.endpoint.address) }
    }
    // A front that the inventory does not know is captured by its own port.
    for front in scope.fronts { ports.insert(front.port) }
  }
}
