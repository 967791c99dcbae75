public import CommandLineKit
internal import Glibc
internal import LiveCapture
internal import System
internal import Wire

/// What programs that read interfaces have in common, for whoever types.
public enum CaptureOptions {
  public static let interface = Option(
    repeating: "interface",
    short: "i",
    .text("NAME"),
    section: "Capture",
    "an interface, or several by a pattern such as 'veth*', which may come and go (default: all of them)"
  )
  public static let filter = Option(
    "filter",
    .text("BPF"),
    section: "Capture",
    "capture only what this tcpdump filter matches (default: made from the inventory)"
  )
  public static let node = Option(
    "node",
    .text("NAME"),
    environment: "NODE_NAME",
    "what this machine is called in the report (default: its host name)"
  )
  public static let noNodeFacts = Option(
    flag: "no-node-facts",
    "do not ask this machine's kernel for its timeouts, tables and filters: what is captured passes another machine's"
  )
  public static let snapLength = Option(
    "snaplen",
    short: "s",
    .integer(in: 96...262_144, "BYTES"),
    default: CaptureSettings().snapLength,
    section: "Capture",
    "keep so much of every frame"
  )
  public static let buffer = Option(
    "buffer",
    short: "B",
    .bytes(in: (1 << 20)...(1 << 30)),
    default: CaptureSettings().bufferLength,
    section: "Capture",
    "the kernel's ring for frames that wait to be read"
  )
  public static let timeout = Option(
    "block-timeout",
    .duration(in: .milliseconds(1)...(.seconds(10))),
    default: .milliseconds(100),
    section: "Capture",
    "how long frames may wait for more before they are handed over"
  )
  public static let stopAfter = Option(
    "for",
    .duration(in: .milliseconds(1)...(.seconds(366 * 86_400))),
    section: "Capture",
    "stop after this time (default: when interrupted)"
  )

  public static let all: [any OptionDescribing] = [
    interface, filter, snapLength, buffer, timeout, stopAfter,
  ]

  /// What is to be captured, by the options alone.
  public static func settings(_ arguments: Arguments) throws(Failure) -> LiveSettings {
    var settings = LiveSettings()
    let patterns = try arguments[interface].map(InterfacePattern.init)
    if !patterns.isEmpty { settings.interfaces = patterns }
    settings.filter = try arguments[filter]
    settings.capture.snapLength = try arguments[snapLength]
    settings.capture.bufferLength = try arguments[buffer]
    settings.capture.timeout = Interval(try arguments[timeout])
    return settings
  }

  public static func open(_ settings: LiveSettings) throws(Failure) -> LiveSource {
    do {
      return try LiveSource.open(settings)
    } catch {
      throw Failure(error.description)
    }
  }

  public static func nodeName(_ arguments: Arguments) throws(Failure) -> String {
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

/// What the machine calls itself, without its domain.
private func hostName() -> String? {
  var name = [CChar](repeating: 0, count: 256)
  // SAFETY: the system writes at most the length that it is told.
  guard unsafe gethostname(&name, name.count - 1) == 0 else { return nil }
  let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  return text.split(separator: ".").first.map(String.init)
}
