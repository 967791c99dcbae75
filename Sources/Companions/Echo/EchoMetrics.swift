internal import Metrics
internal import System

/// What the echo server counted, as Prometheus reads it.
extension EchoEngine {
  /// How many sources are told one by one: those who sent most.
  static let sourcesShown = 50

  func metrics(at now: Instant, connections: Int, acceptedConnections: UInt64) -> String {
    var page = Exposition()
    page.metric(
      "echo_datagrams_total",
      .counter,
      "Datagrams received, by what they were taken for.",
      Verdict.allCases.map { (["taken_for": $0.name], "\(count($0))") }
    )
    page.metric("echo_received_bytes_total", .counter, "Payload bytes received.", receivedBytes)
    page.metric("echo_answers_total", .counter, "Datagrams answered.", answers)
    page.metric("echo_sources", .gauge, "Sources that are remembered.", sources.count)
    page.metric(
      "echo_forgotten_sources_total",
      .counter,
      "Sources forgotten to make room for others.",
      sources.forgotten
    )
    page.metric("echo_connections", .gauge, "Open TCP connections.", connections)
    page.metric(
      "echo_connections_total",
      .counter,
      "TCP connections accepted.",
      acceptedConnections
    )
    let busiest = sources.busiest(Self.sourcesShown, at: now)
    page.metric(
      "echo_source_datagrams",
      .gauge,
      "Datagrams of the sources that sent most.",
      busiest.map { (["source": "\($0.endpoint)"], "\($0.datagrams)") }
    )
    page.metric(
      "echo_source_answers",
      .gauge,
      "Answers to the sources that sent most.",
      busiest.map { (["source": "\($0.endpoint)"], "\($0.answers)") }
    )
    return page.text
  }
}
