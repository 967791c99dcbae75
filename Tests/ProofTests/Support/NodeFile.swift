import Affinity
import CaptureFiles
import Cluster
import Correlation
import Wire
import Workbench

/// One node's capture as bytes, and the name that the node is given.
struct NodeFile: Sendable {
  var node: String
  var bytes: [UInt8]
}

/// What one node's observer made of its capture.
struct NodeObservations: Sendable {
  var node: ObservedNode
  var observations: [Observation]
}

extension NodeFile {
  /// Reads, decodes and observes the capture.
  ///
  /// A file that is damaged counts as far as it could be read, as the program does it.
  func observe(settings: NodeObserver.Settings = NodeObserver.Settings(), number: Int = 0) throws
    -> NodeObservations
  {
    var observer = NodeObserver(settings: settings)
    var reader = try CaptureReader(bytes: bytes, name: node)
    var records = RecordBatch()
    var batch = SightingBatch()
    var observations: [Observation] = []
    var isOpen = true
    while isOpen {
      do throws(CaptureFileError) {
        isOpen = try reader.next(into: &records)
      } catch {
        break
      }
      batch.removeAll()
      let interfaces = reader.interfaces
      for record in records.records {
        batch.add(
          records.bytes(of: record),
          as: interfaces[Int(record.interface)].linkType,
          originalLength: Int(record.originalLength),
          time: record.time,
          interface: interfaces[Int(record.interface)].linkType == .linuxCooked
            ? 0 : 1 << 31 + record.interface,
          direction: .unknown,
          witness: Witness(file: number, frame: record.number)
        )
      }
      batch.order()
      observer.observe(batch) { observations += $0 }
      observations += observer.drain()
    }
    observer.finish { observations += $0.observations }
    var coverage = Report.NodeCoverage(name: node, files: [node])
    coverage.packets = Int(observer.frames.frames)
    coverage.sightings = observer.counts.sightings
    coverage.malformed = Int(observer.frames.malformed)
    coverage.truncated = Int(observer.frames.truncated)
    coverage.from = observer.began
    coverage.to = observer.ended
    return NodeObservations(
      node: ObservedNode(coverage, matching: observer.counts, orphans: observer.orphans),
      observations: observations
    )
  }

  /// The capture's records, to be written again in another way.
  func records() throws -> [Record] {
    var reader = try CaptureReader(bytes: bytes, name: node)
    var batch = RecordBatch()
    var all: [Record] = []
    while try reader.next(into: &batch) {
      for record in batch.records {
        var copy = Record(at: record.time, Array(batch.bytes[record.range]))
        copy.originalLength = Int(record.originalLength)
        all.append(copy)
      }
    }
    return all
  }
}

/// Analyzes what several nodes observed, handed over in the order given.
func report(
  of nodes: [NodeObservations],
  _ inventory: ClusterHistory? = nil,
  _ settings: ClusterAnalyst.Settings = ClusterAnalyst.Settings()
) -> Report {
  var analyst = ClusterAnalyst(inventory: inventory, settings: settings)
  for (index, node) in nodes.enumerated() { analyst.add(node.observations, from: index) }
  return analyst.report(of: nodes.map(\.node))
}

func report(of files: [NodeFile], _ inventory: ClusterHistory? = nil) throws -> Report {
  report(
    of: try files.enumerated().map { try $1.observe(number: $0) },
    inventory
  )
}
