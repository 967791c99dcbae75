import Affinity
import Cluster
import CommandLineKit
import Glibc
import Live
import LiveCapture
import System
import Wire

/// What commands that read interfaces have in common.
enum LiveOptions {
  static let interface = Option(
    repeating: "interface",
    short: "i",
    .text("NAME"),
    section: "Capture",
    "an interface, or several by a pattern such as 'veth*', which may come and go (default: all of them)"
  )
  static let filter = Option(
    "filter",
    .text("BPF"),
    section: "Capture",
    "capture only what this tcpdump filter matches (default: made from the inventory)"
  )
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
  static let node = Option(
    "node",
    .text("NAME"),
    environment: "NODE_NAME",
    "what this machine is called in the report (default: its host name)"
  )
  static let snapLength = Option(
    "snaplen",
    short: "s",
    .integer(in: 96...262_144, "BYTES"),
    default: CaptureSettings().snapLength,
    section: "Capture",
    "keep so much of every frame"
  )
  static let buffer = Option(
    "buffer",
    short: "B",
    .bytes(in: (1 << 20)...(1 << 30)),
    default: CaptureSettings().bufferLength,
    section: "Capture",
    "the kernel's ring for frames that wait to be read"
  )
  static let timeout = Option(
    "block-timeout",
    .duration(in: .milliseconds(1)...(.seconds(10))),
    default: .milliseconds(100),
    section: "Capture",
    "how long frames may wait for more before they are handed over"
  )
  static let stopAfter = Option(
    "for",
    .duration(in: .milliseconds(1)...(.seconds(366 * 86_400))),
    section: "Capture",
    "stop after this time (default: when interrupted)"
  )

  static let capturing: [any OptionDescribing] = [
    interface, filter, snapLength, buffer, timeout, stopAfter,
  ]

  /// What is to be captured, by the options and the inventory.
  static func settings(
    _ arguments: Arguments,
    _ inventory: ClusterHistory?
  ) throws(Failure) -> LiveSettings {
    var settings = LiveSettings()
    let patterns = try arguments[interface].map(InterfacePattern.init)
    if !patterns.isEmpty { settings.interfaces = patterns }
    settings.filter = try arguments[filter]
    settings.capture.snapLength = try arguments[snapLength]
    settings.capture.bufferLength = try arguments[buffer]
    settings.capture.timeout = Interval(try arguments[timeout])
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
  static func inventoryFiles(_ arguments: Arguments) throws(Failure) -> InventoryFiles? {
    let words = try arguments[inventory]
    return words.isEmpty ? nil : try InventoryFiles(words, at: .now())
  }

  static func open(_ settings: LiveSettings) throws(Failure) -> LiveSource {
    do {
      return try LiveSource.open(settings)
    } catch {
      throw Failure(error.description)
    }
  }

  static func nodeName(_ arguments: Arguments) throws(Failure) -> String {
    guard let name = try arguments[node], !name.isEmpty else { return hostName() ?? "localhost" }
    let isPlain = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard isPlain, !name.contains("/"), name != ".", name != ".." else {
      throw Failure(
        "--node \(name.debugDescription): files are named by it, so that it has no / and no control character, and is "
          + "not . or .."
      )
    }
    return name
  }
}

extension Interval {
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self.init(nanoseconds: seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
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

/// What the machine calls itself, without its domain.
private func hostName() -> String? {
  var name = [CChar](repeating: 0, count: 256)
  // SAFETY: the system writes at most the length that it is told.
  guard unsafe gethostname(&name, name.count - 1) == 0 else { return nil }
  let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  return text.split(separator: ".").first.map(String.init)
}
