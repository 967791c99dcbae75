import CaptureFiles
import CommandLineKit
import Live
import LiveCapture
import System
import Wire

/// Where savefiles go, and how many of them.
enum RingOptions {
  static let ring = Option(
    "ring",
    .pair(.bytes(in: 65_536...(1 << 40)).named("SIZE"), .integer(in: 2...100_000), separator: "x"),
    default: Pair(64 << 20, 8),
    section: "Files",
    "how large a file becomes, and how many there are before the oldest one goes"
  )
  static let period = Option(
    "every",
    .duration(in: .seconds(1)...(.seconds(366 * 86_400))),
    section: "Files",
    "begin a new file after this time, even if it is not full"
  )

  static func open(
    _ directory: String,
    _ arguments: Arguments,
    _ source: borrowing LiveSource,
    node: String
  ) throws(Failure) -> SavefileRing {
    var settings = SavefileRing.Settings(
      directory: directory,
      prefix: node,
      application: "stickler \(version)"
    )
    let size = try arguments[ring]
    settings.fileLength = size.left
    settings.fileCount = size.right
    settings.period = try arguments[period].map { Interval($0) }
    var interface = CaptureInterface(
      linkType: CaptureSocket.linkType,
      snapLength: UInt32(clamping: try arguments[CaptureOptions.snapLength]),
      name: "any"
    )
    interface.filter = source.filter
    interface.operatingSystem = "Linux"
    do throws(CaptureFileError) {
      return try SavefileRing.open(settings, interface: interface, at: .now())
    } catch {
      throw Failure(error.description)
    }
  }
}

extension SavefileRing {
  mutating func append(_ frame: borrowing CaptureSocket.Frame) {
    append(frame.bytes, originalLength: frame.originalLength, at: frame.time)
  }

  mutating func note(_ counters: CaptureCounters) {
    note(received: counters.received, dropped: counters.dropped, at: .now())
  }

  mutating func note(_ losses: [InterfaceLoss]) {
    for loss in losses {
      var statistics = InterfaceStatistics()
      statistics.received = loss.received
      statistics.droppedByInterface = loss.missed
      statistics.droppedBySystem = loss.refused
      statistics.droppedOnSending = loss.unsent
      note(statistics, of: loss.name, at: .now())
    }
  }

  /// Writes what was taken; what the disk refuses ends the command.
  mutating func write() throws(Failure) {
    do throws(CaptureFileError) {
      try flush()
    } catch {
      throw Failure(error.description)
    }
  }
}
