internal import CaptureFiles
internal import Correlation
internal import LiveCapture
internal import System
internal import Wire

/// Reads, filters and decodes one node's frames into batches of sightings.
struct NodeSource: ~Copyable {
  /// An interface as far as decoding needs it.
  private struct Interface {
    var link: LinkType
    var file: Int
    /// What the observer tells interfaces apart by, where frames do not carry their interface's number.
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
  private(set) var summary: NodeSummary

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
          ? 0 : 1 << 31 + UInt32(truncatingIfNeeded: interfaces.count)
      )
      do throws(PacketFilterError) {
        interface.filter = try filters?.filter(for: interface.link)
      } catch {
        interface.isUnreadable = true
        summary.failures.append(.filter(error, file: summary.files[file]))
      }
      interfaces.append(interface)
    }
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
    var together: Set<Int> = []
    for index in 0..<timeline.interfaceCount {
      let (file, description) = timeline.interface(index)
      if description.name == "any" { together.insert(file) }
    }
    for index in 0..<timeline.interfaceCount {
      let (file, description) = timeline.interface(index)
      let hasFrames = interfaces.indices.contains(index) && interfaces[index].hasFrames
      if !hasFrames, let name = description.name, name != "any", together.contains(file) {
        note(description.statistics, ofDevice: name)
        continue
      }
      if let name = description.name, !summary.interfaces.contains(name) {
        summary.interfaces.append(name)
      }
      if let dropped = description.statistics.dropped {
        summary.dropped = (summary.dropped ?? 0) &+ dropped
      }
    }
  }
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
