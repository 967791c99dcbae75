internal import System

/// What the echo server counted, as Prometheus reads it.
extension EchoEngine {
  /// How many sources are told one by one: those who sent most.
  static let sourcesShown = 50

  func metrics(at now: Instant, connections: Int, acceptedConnections: UInt64) -> String {
    var text = ""
    func family(_ name: String, _ type: String, _ help: String) {
      text += "# HELP stickler_echo_\(name) \(help)\n# TYPE stickler_echo_\(name) \(type)\n"
    }
    family("datagrams_total", "counter", "Datagrams received, by what they were taken for.")
    for verdict in Verdict.allCases {
      text += "stickler_echo_datagrams_total{taken_for=\"\(verdict.name)\"} \(count(verdict))\n"
    }
    family("received_bytes_total", "counter", "Payload bytes received.")
    text += "stickler_echo_received_bytes_total \(receivedBytes)\n"
    family("answers_total", "counter", "Datagrams answered.")
    text += "stickler_echo_answers_total \(answers)\n"
    family("sources", "gauge", "Sources that are remembered.")
    text += "stickler_echo_sources \(sources.count)\n"
    family("forgotten_sources_total", "counter", "Sources forgotten to make room for others.")
    text += "stickler_echo_forgotten_sources_total \(sources.forgotten)\n"
    family("connections", "gauge", "Open TCP connections.")
    text += "stickler_echo_connections \(connections)\n"
    family("connections_total", "counter", "TCP connections accepted.")
    text += "stickler_echo_connections_total \(acceptedConnections)\n"
    let busiest = sources.busiest(Self.sourcesShown, at: now)
    family("source_datagrams", "gauge", "Datagrams of the sources that sent most.")
    for source in busiest {
      text += "stickler_echo_source_datagrams{source=\"\(source.endpoint)\"} \(source.datagrams)\n"
    }
    family("source_answers", "gauge", "Answers to the sources that sent most.")
    for source in busiest {
      text += "stickler_echo_source_answers{source=\"\(source.endpoint)\"} \(source.answers)\n"
    }
    return text
  }
}
