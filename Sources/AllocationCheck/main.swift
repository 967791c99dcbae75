import CMallocCount
import CaptureFiles
import Correlation
import Glibc
import Wire
import Workbench

/// Shows that decoding allocates nothing for a packet: a thousand and a million of them allocate equally often.
func run() -> Int32 {
  var status: Int32 = 0
  for kind in [BenchCapture.Kind.legs20k, .any, .vxlan] {
    for isV6 in [false, true] {
      do throws(CaptureFileError) {
        let capture = BenchCapture(kind, packets: 1_200, isV6: isV6)
        let records = try read(capture)
        var loop = DecodeLoop(link: capture.link)
        // The tables grow to their size.
        loop.run(1, over: records)
        let thousand = loop.run(1, over: records)
        let million = loop.run(1_000, over: records)
        let name = isV6 ? "\(kind.rawValue), IPv6" : kind.rawValue
        print("\(name): \(thousand) allocations for 1,000 packets, \(million) for 1,000,000")
        if thousand != million { status = 1 }
      } catch {
        print(error.description)
        return 3
      }
    }
  }
  return status
}

func read(_ capture: BenchCapture) throws(CaptureFileError) -> RecordBatch {
  var bytes: [UInt8] = []
  capture.forEachChunk { bytes += $0 }
  var reader = try CaptureReader(bytes: bytes, name: "memory")
  var records = RecordBatch()
  // The first batch is what recognising the file has read, a few records.
  for _ in 0..<2 { _ = try reader.next(into: &records) }
  precondition(records.records.count >= 1_000, "a batch of a thousand packets")
  return records
}

/// All that is done with a frame: decoding, fingerprint, mark, and the count of its leg.
struct DecodeLoop: ~Copyable {
  let link: LinkType
  private var sightings = SightingBatch()
  private var legs = LegCounter(seed: 0)

  init(link: LinkType) {
    self.link = link
  }

  /// Goes over the frames so many times, and returns how often memory was allocated.
  @discardableResult
  mutating func run(_ passes: Int, over records: RecordBatch) -> UInt {
    let before = stickler_allocation_count()
    for _ in 0..<passes {
      sightings.removeAll()
      for record in records.records.prefix(1_000) {
        let frame = records.bytes(of: record)
        let length = Int(record.originalLength)
        sightings.add(
          frame,
          as: link,
          originalLength: length,
          time: record.time,
          interface: 0,
          witness: Witness(file: 0, frame: record.number)
        )
        legs.add(
          frame,
          as: link,
          originalLength: length,
          time: record.time,
          interface: 0,
          direction: .unknown
        )
      }
      legs.settle()
    }
    return stickler_allocation_count() - before
  }
}

exit(run())
