internal import Affinity
internal import Wire

/// The picked frames in the order in which they are written, and which of them are one datagram.
struct EvidenceDatagrams {
  /// In order of time, by the first node's clock; a frame's number in the written file is its index and one.
  let packets: [EvidencePacket]
  /// The datagram of each packet, from 1; nil for what is no part of one.
  private(set) var datagram: [Int?] = []
  /// The first sighting of each datagram, as an index into `packets`.
  private(set) var first: [Int] = []

  init(_ packets: [EvidencePacket], datagram: [Int?]) {
    self.packets = packets
    self.datagram = datagram
    for (index, number) in datagram.enumerated() where number == first.count + 1 {
      first.append(index)
    }
  }

  init(_ collector: EvidenceCollector) {
    let picks = collector.picks.values.sorted { left, right in
      let (a, b) = (collector.corrected(left.frame), collector.corrected(right.frame))
      return a != b ? a < b : left.frame.key < right.frame.key
    }
    packets = picks.map { EvidencePacket($0, of: collector) }
    // Findings may name two sightings of one datagram: their seeds then share frames.
    var parent = Array(0..<collector.seedCount)
    func root(_ seed: Int) -> Int {
      var seed = seed
      while parent[seed] != seed { seed = parent[seed] }
      return seed
    }
    for pick in picks {
      guard let one = pick.seeds.min() else { continue }
      for other in pick.seeds { parent[root(other)] = root(one) }
    }
    var numbers: [Int: Int] = [:]
    for (index, pick) in picks.enumerated() {
      guard let seed = pick.seeds.min() else {
        datagram.append(nil)
        continue
      }
      let number = numbers[root(seed)] ?? numbers.count + 1
      if numbers[root(seed)] == nil {
        numbers[root(seed)] = number
        first.append(index)
      }
      datagram.append(number)
    }
  }
}

extension EvidencePacket {
  fileprivate init(_ pick: EvidenceCollector.Pick, of collector: EvidenceCollector) {
    let report = collector.report
    let (frame, nodes) = (pick.frame, report.capture.nodes)
    let node = collector.nodes[frame.file]
    // Where the kernel has numbered it, the file's name for it is the one of the whole capture.
    let isKernelNumber = frame.interface < 1 << 31
    self.init(
      node: nodes.indices.contains(node) ? nodes[node].name : "unknown",
      interface: isKernelNumber ? frame.interface : 0,
      interfaceName: isKernelNumber ? nil : frame.interfaceName,
      link: frame.link,
      direction: frame.direction,
      time: frame.time,
      originalLength: frame.originalLength,
      bytes: pick.bytes,
      sighting: pick.sighting,
      mentions: (collector.plan.mentions[frame.key] ?? []).map { mention in
        "\(report.findings[mention.finding].title): \(mention.role)"
      },
      origin: "frame \(frame.number) of \(collector.files[frame.file])"
    )
  }
}
