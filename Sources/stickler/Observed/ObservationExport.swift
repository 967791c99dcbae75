import CaptureFiles
import CommandLineKit
import Correlation
import Exchange
import System
import Wire

/// Writes what the nodes of an analysis observed as an IPFIX file, from which the same report can be made.
struct ObservationExport: ~Copyable {
  private var file: OutputFile
  private var encoders: [MessageEncoder] = []
  private var messages: [UInt8] = []
  /// The last moment that any node told of; messages are stamped with it, since no clock is read here.
  private var latest = Timestamp(nanoseconds: 0)
  /// What went wrong; nothing is written after it.
  private var failure: CaptureFileError?

  /// The nodes in their order, with the names of their captures by the numbers that witnesses have.
  init(path: String, captures: [[NamedFile]]) throws(Failure) {
    do throws(CaptureFileError) {
      file = try OutputFile(path: path)
    } catch {
      throw Failure(error.description)
    }
    for (node, captures) in captures.enumerated() {
      // A domain of its own for each node; 0 is none.
      let domain = UInt32(truncatingIfNeeded: node + 1)
      encoders.append(MessageEncoder(MessageEncoder.Settings(domain: domain)))
      for capture in captures {
        encoders[node].append(capture, at: latest) { messages += $0 }
      }
    }
  }

  mutating func add(_ observations: [Observation], of node: Int) {
    guard failure == nil else { return }
    for observation in observations { latest = max(latest, observation.moments.upperBound) }
    encoders[node].append(observations, at: latest) { messages += $0 }
    if messages.count >= 1 << 18 { write() }
  }

  /// Adds what is known of a capture only when it has been read.
  mutating func add(_ capture: NamedFile, of node: Int) {
    encoders[node].append(capture, at: latest) { messages += $0 }
  }

  /// Adds what an interface of a node lost.
  mutating func add(_ loss: InterfaceLoss, of node: Int) {
    encoders[node].append(loss, at: latest) { messages += $0 }
  }

  /// Adds what a node is called and has counted.
  mutating func add(_ tally: NodeTally, of node: Int) {
    encoders[node].append(tally, at: latest) { messages += $0 }
  }

  /// Gives the complete file its name.
  consuming func finish() throws(Failure) {
    for node in encoders.indices { encoders[node].flush(at: latest) { messages += $0 } }
    write()
    do throws(CaptureFileError) {
      if let failure { throw failure }
      try file.commit()
    } catch {
      throw Failure(error.description)
    }
  }

  private mutating func write() {
    guard failure == nil else { return }
    do throws(CaptureFileError) {
      try file.write(&messages)
    } catch {
      failure = error
    }
  }
}
