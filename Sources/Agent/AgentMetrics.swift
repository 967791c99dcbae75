internal import Exchange
internal import Metrics
public import System
internal import Wire

extension AgentHealth {
  /// The numbers of an agent, as Prometheus reads them; no address is in any of them.
  public func metrics(at now: Instant) -> String {
    var page = Exposition()
    page.metric(
      "agent_start_time_seconds",
      .gauge,
      "When the process began.",
      [([:], "\(began.inSeconds)")]
    )
    page.metric(
      "agent_up",
      .gauge,
      "Whether the capture comes round.",
      problem(at: now) == nil ? 1 : 0
    )
    page.add(captureOf: self)
    page.metric(
      "export_untold_records_total",
      .counter,
      "Records that had no room until they could be told.",
      untold
    )
    page.metric(
      "export_datagrams_total",
      .counter,
      "Messages over UDP, by what became of them.",
      [(["result": "sent"], "\(datagramsSent)"), (["result": "failed"], "\(datagramsFailed)")]
    )
    if let evidence { page.add(evidence) }
    if let exporter {
      page.add(connectionOf: exporter)
      page.add(spoolOf: exporter)
    }
    page.end()
    return page.text
  }
}

extension Exposition {
  fileprivate mutating func add(captureOf health: AgentHealth) {
    metric("capture_frames_total", .counter, "Frames that passed the filter.", health.frames)
    metric(
      "capture_dropped_frames_total",
      .counter,
      "Frames that the kernel's ring had no room for.",
      health.captureDropped
    )
    metric(
      "capture_sightings_total",
      .counter,
      "Datagrams seen at a vantage.",
      health.sightings
    )
    metric("capture_flows", .gauge, "Flows that are held now.", health.flows)
    metric(
      "interface_missed_frames_total",
      .counter,
      "Frames that interfaces had no room for.",
      health.losses.map { (["interface": $0.name], "\($0.missed)") }
    )
    metric(
      "interface_refused_frames_total",
      .counter,
      "Frames of interfaces that the kernel did not take.",
      health.losses.map { (["interface": $0.name], "\($0.refused)") }
    )
  }

  fileprivate mutating func add(_ ring: EvidenceHealth) {
    metric(
      "evidence_ring_bytes",
      .gauge,
      "Memory for the frames captured last, which the process takes in full once it was filled.",
      ring.bytes
    )
    metric("evidence_ring_held_bytes", .gauge, "How much of it holds frames.", ring.heldBytes)
    metric("evidence_ring_frames", .gauge, "Frames in it.", ring.frames)
    metric(
      "evidence_ring_overwritten_frames_total",
      .counter,
      "Frames that made room for later ones.",
      ring.overwritten
    )
    metric(
      "evidence_ring_oldest_time_seconds",
      .gauge,
      "When the oldest frame in it was captured; 0 where it is empty.",
      [([:], "\(ring.oldest?.inSeconds ?? 0)")]
    )
  }

  fileprivate mutating func add(connectionOf exporter: ExporterHealth) {
    metric(
      "export_connected",
      .gauge,
      "Whether the collector is connected.",
      exporter.isConnected ? 1 : 0
    )
    metric(
      "export_acknowledging",
      .gauge,
      "Whether the collector says what it has on its disk.",
      exporter.acknowledges ? 1 : 0
    )
    metric(
      "export_last_acknowledgement_time_seconds",
      .gauge,
      "When the collector last said so; 0 if never.",
      [([:], "\(exporter.lastAcknowledgement?.inSeconds ?? 0)")]
    )
    metric(
      "export_connections_total",
      .counter,
      "Connections that stood.",
      exporter.connections
    )
    metric(
      "export_failures_total",
      .counter,
      "Connections that failed or were lost.",
      exporter.failures
    )
    metric("export_records_total", .counter, "Records of this process.", exporter.recordsTold)
    metric(
      "export_acknowledged_records_total",
      .counter,
      "Records of this process that the collector has.",
      exporter.recordsAcknowledged
    )
    metric("export_messages_total", .counter, "Messages sent.", exporter.messagesSent)
    metric("export_sent_bytes_total", .counter, "Bytes of messages sent.", exporter.bytesSent)
  }

  fileprivate mutating func add(spoolOf exporter: ExporterHealth) {
    metric("spool_bytes", .gauge, "Bytes that wait for the collector.", exporter.spoolBytes)
    metric("spool_files", .gauge, "Files that wait for the collector.", exporter.spoolFiles)
    metric(
      "spool_dropped_records_total",
      .counter,
      "Records that had to make room for later ones.",
      exporter.spoolLosses.droppedRecords
    )
    metric(
      "spool_failed_writes_total",
      .counter,
      "How often the disk took nothing.",
      exporter.spoolLosses.failedWrites
    )
  }
}

extension Timestamp {
  fileprivate var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
