internal import CaptureFiles
internal import Correlation
internal import LiveCapture
internal import System
internal import Wire

/// Whether an interface is a bridge, by what container runtimes and their networks call theirs.
private func isBridgeName(_ name: String) -> Bool {
  let words = [
    "cni", "cbr", "br", "docker", "virbr", "lxdbr", "lxcbr", "podman", "nerdctl", "kube-bridge",
    "weave",
  ]
  return words.contains { word in
    guard name.hasPrefix(word) else { return false }
    let rest = name.dropFirst(word.count)
    return rest.isEmpty || rest.hasPrefix("-") || rest.allSatisfy(\.isNumber)
  }
}

/// Reads, filters and decodes one node's frames into batches of sightings.
struct NodeSource: ~Copyable {
  /// An interface as far as decoding needs it.
  private struct Interface {
    var link: LinkType
    var file: Int
    /// What the observer tells interfaces apart by, where frames do not carry their interface's number; a bridge's says so.
    var number: UInt32
    var filter: PacketFilter?
    /// Whether the filter cannot be compiled for these frames: then they are left out.
    var isUnreadable = false
    var hasFrames = false
  }

  private let timeline: any Timeline
  private var filters: FilterSet?
  private var records = RecordBatch()
  private var interfaces: [Interface] = []
  /// How many interfaces each file has, and in which one of them stands for all.
  private var interfaceCounts: [Int: Int] = [:]
  private var filesOfAny: Set<Int> = []
  /// Whether a file may hold several interfaces' frames as its program came to take them, and not by time.
  private var isTakenInTurns = false
  private var isInOrder = false
  /// Whether one of the interfaces is a bridge, to which its ports hand frames with their times.
  private var hasBridge = false
  /// The latest sightings, before which one may come that was earlier.
  private var waiting = SightingBatch(capacity: mostWaiting)
  private(set) var summary: NodeSummary

  /// How late any frame came so far.
  private var mostDelay = Interval(nanoseconds: 0)

  /// How many sightings wait at most for a frame of one interface that comes late.
  private static let mostWaiting = 1 << 10
  /// How many wait, at most, for those of another interface.
  private static let mostTaken = 1 << 16
  /// So many batches of records are read in one go at most.
  private static let mostRounds = 64

  init(_ capture: NodeCapture, firstFile: Int, filter: FilterSet?) throws(CaptureFileError) {
    timeline = try openTimeline(capture.files)
    filters = filter
    summary = NodeSummary(name: capture.name, files: timeline.files, firstFile: firstFile)
  }

  /// Bytes taken from the files so far.
  var position: UInt64 { timeline.position }

  /// Replaces the batch by the next sightings; `false` at the end.
  mutating func next(into batch: inout SightingBatch) -> Bool {
    batch.removeAll()
    batch.takeOver(&waiting)
    var isOpen = addRecords(to: &batch)
    var rounds = 1
    while isOpen, rounds < Self.mostRounds, isWorthMore(batch) {
      isOpen = addRecords(to: &batch)
      rounds += 1
    }
    mostDelay = max(mostDelay, batch.mostDelay)
    batch.order(hasBridges: hasBridge)
    if isTakenInTurns, batch.span > SightingBatch.reach + SightingBatch.reach,
      mostDelay <= SightingBatch.usualDelay
    {
      // It is in order after all.
      isInOrder = true
    }
    if isOpen {
      batch.keepBack(delay, atMost: waitsLong ? Self.mostTaken : Self.mostWaiting, in: &waiting)
    }
    return isOpen
  }

  /// Whether sightings wait for those of another interface.
  private var waitsLong: Bool { isTakenInTurns && !isInOrder }

  /// How long what was captured waits for what comes late.
  private var delay: Interval {
    let usual = max(SightingBatch.usualDelay, mostDelay + mostDelay)
    return waitsLong ? SightingBatch.reach : min(usual, SightingBatch.reach)
  }

  /// Whether more should be read before a batch is ordered: of a small one most would wait each time.
  private func isWorthMore(_ batch: borrowing SightingBatch) -> Bool {
    waitsLong
      ? batch.count < 2 * Self.mostTaken
        && batch.span <= SightingBatch.reach + SightingBatch.reach
      : batch.count < 2 * Self.mostWaiting
  }

  /// Appends the sightings of the next records; `false` at the end.
  private mutating func addRecords(to batch: inout SightingBatch) -> Bool {
    do throws(CaptureFileError) {
      guard try timeline.next(into: &records) else { return false }
    } catch {
      summary.failures.append(.file(error))
      // A single file is at its end now; others of several may go on.
      return true
    }
    noteInterfaces()
    var start = 0
    while start < records.records.count {
      let interface = records.records[start].interface
      var end = start + 1
      while end < records.records.count, records.records[end].interface == interface { end += 1 }
      decode(start..<end, at: Int(interface), into: &batch)
      start = end
    }
    return true
  }

  private mutating func noteInterfaces() {
    while interfaces.count < timeline.interfaceCount {
      let (file, description) = timeline.interface(interfaces.count)
      var interface = Interface(
        link: description.linkType,
        file: summary.firstFile + file,
        // The kernel's own numbers, which cooked frames carry, do not reach this half.
        // Version 1 of the cooked header is written for `any` alone, and leaves the interface untold.
        number: description.linkType == .linuxCooked
          ? 0 : 1 << 31 + UInt32(truncatingIfNeeded: interfaces.count) & (Sighting.bridgeBit - 1)
      )
      do throws(PacketFilterError) {
        interface.filter = try filters?.filter(for: interface.link)
      } catch {
        interface.isUnreadable = true
        summary.failures.append(.filter(error, file: summary.files[file]))
      }
      if let name = description.name, isBridgeName(name) {
        interface.number |= Sighting.bridgeBit
        hasBridge = true
      }
      interfaces.append(interface)
      interfaceCounts[file, default: 0] += 1
      if description.name == "any" { filesOfAny.insert(file) }
    }
    isTakenInTurns = interfaceCounts.contains { $0.value > 1 && !filesOfAny.contains($0.key) }
  }

  /// Decodes records of one interface, which mostly are a whole batch.
  private mutating func decode(
    _ places: Range<Int>,
    at index: Int,
    into batch: inout SightingBatch
  ) {
    let interface = interfaces[index]
    if !interface.hasFrames { noteFrames(of: index) }
    if interface.isUnreadable { return }
    let found = records.records.span
    for place in places {
      let record = found[place]
      let frame = records.bytes(of: record)
      if let filter = interface.filter,
        !filter.matches(frame, originalLength: record.originalLength)
      {
        continue
      }
      batch.add(
        frame,
        as: interface.link,
        originalLength: Int(record.originalLength),
        time: record.time,
        interface: interface.number,
        direction: record.direction,
        witness: Witness(file: interface.file, frame: record.number)
      )
    }
  }

  private mutating func noteFrames(of index: Int) {
    interfaces[index].hasFrames = true
    let link = interfaces[index].link
    if !summary.linkTypes.contains(link) { summary.linkTypes.append(link) }
  }

  /// Adds what the files said of themselves, once all has been read.
  mutating func finish() {
    summary.warnings = timeline.warnings
    noteInterfaces()
    var names: Set<String> = []
    let seen = interfaces.filter(\.hasFrames)
    summary.isOfOneInterface = seen.count == 1 && !seen[0].link.isOfAny && filesOfAny.isEmpty
    for index in 0..<timeline.interfaceCount {
      let (file, description) = timeline.interface(index)
      let hasFrames = interfaces.indices.contains(index) && interfaces[index].hasFrames
      if !hasFrames, let name = description.name, name != "any", filesOfAny.contains(file) {
        note(description.statistics, ofDevice: name)
        continue
      }
      if let name = description.name, names.insert(name).inserted {
        summary.interfaces.append(name)
      }
      if let dropped = description.statistics.dropped {
        summary.dropped = (summary.dropped ?? 0) &+ dropped
      }
    }
  }
}

extension LinkType {
  /// Whether captures of all interfaces at once are written so.
  fileprivate var isOfAny: Bool { self == .linuxCooked || self == .linuxCookedV2 }
}

extension NodeSource {
  /// Its frames stand among those of `any`, in every file of a ring.
  private mutating func note(_ statistics: InterfaceStatistics, ofDevice name: String) {
    var loss = InterfaceLoss(name: name)
    loss.received = statistics.received ?? 0
    loss.missed = statistics.droppedByInterface ?? 0
    loss.refused = statistics.droppedBySystem ?? 0
    loss.unsent = statistics.droppedOnSending ?? 0
    if let known = summary.interfaceLosses.firstIndex(where: { $0.name == name }) {
      summary.interfaceLosses[known].add(loss)
    } else if loss.isAny {
      summary.interfaceLosses.append(loss)
    }
  }
}

extension InterfaceStatistics {
  /// What was lost, by the interface's own count or by those of its records, whichever saw more.
  fileprivate var dropped: UInt64? {
    guard droppedByInterface != nil || droppedBySystem != nil || droppedBetweenRecords > 0 else {
      return nil
    }
    return max((droppedByInterface ?? 0) &+ (droppedBySystem ?? 0), droppedBetweenRecords)
  }
}
