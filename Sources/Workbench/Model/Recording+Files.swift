internal import Wire

extension Recording {
  /// The files of a case as the recordings of real clusters have them.
  ///
  /// Besides each capture: `cluster.json` and `cluster-after.json`, every snapshot between them, what servers and clients
  /// themselves would have logged, what was done to the cluster, and what an analyst must and must not find.
  public var files: [(name: String, bytes: [UInt8])] {
    var files = captures.map {
      (name: isMerged ? "all.pcapng" : "\($0.node).pcap", bytes: $0.bytes)
    }
    for (index, inventory) in inventories.enumerated() {
      let name =
        index == 0
        ? "cluster.json"
        : index + 1 == inventories.count ? "cluster-after.json" : inventory.name
      files.append((name, inventory.bytes))
    }
    let mode =
      "\(scenario.topology.dataplane.proxyMode) \(scenario.topology.fabric == .vxlan ? "vxlan" : "hostgw")\n"
    files.append(("mode", Array(mode.utf8)))
    files.append(("servers.jsonl", lines(servers)))
    files.append(("clients.jsonl", lines(clients)))
    files.append(("expected.json", lines([expected])))
    files.append(("truth.jsonl", lines(moves + losses)))
    if !events.isEmpty {
      files.append(
        (
          "events.jsonl",
          lines(events.map { ["t": .number($0.at.seconds), "event": .string($0.text)] })
        )
      )
    }
    return files
  }

  private func lines(_ values: [JSON]) -> [UInt8] {
    values.flatMap { Array($0.text.utf8) + [0x0a] }
  }

  private var servers: [JSON] {
    truth.datagrams
      .filter { $0.pod != nil && $0.lost == nil }
      .sorted { ($0.received ?? $0.sent) < ($1.received ?? $1.sent) }
      .map { datagram in
        let source = datagram.seenSource ?? datagram.client
        return [
          "t": .number((datagram.received ?? datagram.sent).seconds),
          "pod": .string(datagram.pod ?? ""), "src": .string(source.address.description),
          "sport": .number(String(source.port)), "len": .number(String(datagram.length)),
          "msg": .string("Message number \(datagram.number) from: \(datagram.client)"),
        ]
      }
  }

  private var clients: [JSON] {
    var rows: [(time: Timestamp, row: JSON)] = []
    for datagram in truth.datagrams {
      let address: JSON = .string(datagram.client.address.description)
      let port: JSON = .number(String(datagram.client.port))
      rows.append(
        (
          datagram.sent,
          [
            "t": .number(datagram.sent.seconds), "ev": "send", "src": address, "sport": port,
            "n": .number(String(datagram.number)), "len": .number(String(datagram.length)),
          ]
        )
      )
      for reply in datagram.replies {
        rows.append(
          (
            reply.at,
            [
              "t": .number(reply.at.seconds), "ev": "reply", "src": address, "sport": port,
              "len": .number(String(reply.length)),
            ]
          )
        )
      }
    }
    return rows.sorted { $0.time < $1.time }.map(\.row)
  }

  private var expected: JSON {
    let every = Set(Scenario.all.flatMap { $0.modes.union($0.allowed) })
    let told = scenario.modes.union(scenario.allowed)
    var never = every.subtracting(told)
    if scenario.exitCode == 0 { never.insert("violation") }
    if !told.contains(where: { $0.hasPrefix("B") }), scenario.exitCode == 0 { never.insert("loss") }
    return [
      "modes": .array(scenario.modes.sorted().map(JSON.string)),
      "allowed": .array(scenario.allowed.sorted().map(JSON.string)),
      "never": .array(never.sorted().map(JSON.string)),
      "exit_code": .number(String(scenario.exitCode)), "members": .object(members),
    ]
  }

  /// Of a burst that one fault caused: how many sessions it moved.
  private var members: [(String, JSON)] {
    ["A2", "A3"].filter(scenario.modes.contains).map { mode in
      (mode, .number(String(truth.moves.count { $0.mode == mode })))
    }
  }

  private var losses: [JSON] {
    truth.datagrams.compactMap { datagram in
      datagram.lost.map { loss in
        [
          "t": .number(datagram.sent.seconds), "client": .string(datagram.client.description),
          "front": .string(datagram.front.description),
          "number": .number(String(datagram.number)), "lost": .string(loss.mode),
          "node": .string(loss.node),
        ]
      }
    }
  }

  private var moves: [JSON] {
    truth.moves.map { move in
      [
        "t": .number(move.at.seconds), "client": .string(move.client.description),
        "front": .string(move.front.description), "mode": .string(move.mode),
        "was": [.string(move.was.pod), .string(move.was.seenSource.description)],
        "now": [.string(move.now.pod), .string(move.now.seenSource.description)],
      ]
    }
  }
}

extension Timestamp {
  /// Seconds since 1970 with nine digits.
  fileprivate var seconds: String {
    let fraction = String(nanoseconds % 1_000_000_000)
    return "\(nanoseconds / 1_000_000_000)."
      + String(repeating: "0", count: 9 - fraction.count) + fraction
  }
}
