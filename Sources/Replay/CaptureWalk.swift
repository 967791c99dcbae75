public import CaptureFiles
internal import Glibc
public import LiveCapture
internal import Wire

/// Reads captures one after the other, a batch of records at a time: those that pass the filter, each with what is known
/// of its interface.
///
/// A file that turns out to be damaged ends early and is told in `failures`; the others are still read.
public struct CaptureWalk: ~Copyable, Sendable {
  public let paths: [String]
  /// What did not stop the reading; complete when the walk is.
  public private(set) var warnings: [CaptureWarning] = []
  /// What ended a file early, at most one a file.
  public private(set) var failures: [ReplayFailure] = []
  /// What the files call their interfaces, and the numbers that stand for them in batches.
  public private(set) var interfaceNames = InterfaceNames()

  private var filters: FilterSet?
  private var reader: CaptureReader?
  private var nextPath = 0
  /// Bytes taken from the files so far, as stored: what a progress bar shows.
  public private(set) var position: UInt64 = 0
  /// Bytes taken from the files that are done.
  private var finishedLength: UInt64 = 0
  /// The current file's interfaces, and the filter of each.
  private var interfaces: [CaptureBatch.Interface] = []
  private var filtersInUse: [PacketFilter] = []

  public init(_ paths: [String], filter: FilterSet? = nil) {
    self.paths = paths
    filters = filter
  }

  /// Replaces the batch by the next records, of which the filter may have left none; `false` when all files are done.
  public mutating func next(into batch: inout CaptureBatch) -> Bool {
    while true {
      guard var current = reader.take() ?? openNext() else { return false }
      do throws(CaptureFileError) {
        if try current.next(into: &batch.records) {
          do throws(PacketFilterError) {
            try noteInterfaces(current.interfaces)
            position = finishedLength + current.position
            reader = consume current
            batch.file = nextPath - 1
            batch.interfaces = interfaces
            sift(&batch.records)
            return true
          } catch {
            failures.append(.filter(error, file: current.name))
          }
        }
      } catch {
        failures.append(.file(error))
      }
      warnings += current.warnings
      finishedLength += current.position
    }
  }

  /// How many bytes the files have together; nil where one of them is a pipe.
  public static func totalLength(of paths: [String]) -> UInt64? {
    var total: UInt64 = 0
    for path in paths {
      // A pipe must not be opened twice, and what cannot be opened is told later.
      guard path != "-", let length = fileLength(path) else { return nil }
      total += length
    }
    return total
  }

  /// Opens the next file that can be opened.
  private mutating func openNext() -> CaptureReader? {
    interfaces = []
    filtersInUse = []
    while nextPath < paths.count {
      nextPath += 1
      do throws(CaptureFileError) {
        return try CaptureReader(path: paths[nextPath - 1])
      } catch {
        failures.append(.file(error))
      }
    }
    return nil
  }

  /// Takes note of the interfaces that the file named since the last batch.
  private mutating func noteInterfaces(_ known: [CaptureInterface]) throws(PacketFilterError) {
    guard known.count > interfaces.count else { return }
    for interface in known[interfaces.count...] {
      if let filter = try filters?.filter(for: interface.linkType) { filtersInUse.append(filter) }
      interfaces.append(
        CaptureBatch.Interface(
          link: interface.linkType,
          number: interfaceNames.number(of: interface.name)
        )
      )
    }
  }

  private func sift(_ records: inout RecordBatch) {
    guard filters != nil else { return }
    records.keep { record, bytes in
      filtersInUse[Int(record.interface)].matches(bytes, originalLength: record.originalLength)
    }
  }
}

extension FilterSet {
  /// A filter that can be compiled for one link type at least; a mistake is told before anything is read.
  public init(checking expression: String) throws(PacketFilterError) {
    self.init(expression)
    // Ethernet knows no `inbound`, cooked captures no `ether`: one of them has to know every word.
    do {
      _ = try filter(for: .linuxCookedV2)
    } catch {
      _ = try filter(for: .ethernet)
    }
  }
}

/// The length of a regular file.
private func fileLength(_ path: String) -> UInt64? {
  var status = stat()
  // SAFETY: the path outlives the call; the system fills the structure and keeps no pointer to it.
  guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
  return UInt64(max(0, status.st_size))
}
