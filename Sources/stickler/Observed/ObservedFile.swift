import Affinity
import CommandLineKit
import Correlation
import Exchange
import Protocols
import System
import Wire

/// An IPFIX file of observations, which stands for the captures that they were made from.
///
/// Whoever wrote it may have written anything into names: what could steer a terminal is taken out of them.
/// It is read twice: what nodes and files are called may stand anywhere in it, and is needed first.
struct ObservedFile {
  /// What the file holds of one node, which is an observation domain of its own.
  struct Node {
    var domain: UInt32
    /// Nil where the file ends before it is told.
    var tally: NodeTally?
    /// Its captures, and the numbers that this file gives them.
    var files: [String] = []
    var captures: Set<Int> = []
    var losses: [InterfaceLoss] = []
    /// From the first to the last moment that is told of.
    var moments: ClosedRange<Timestamp>?
  }

  let path: String
  private(set) var nodes: [Node] = []
  /// The captures by the numbers that this file gives them.
  private(set) var captures: [String] = []
  /// What is to be said of it: it could be read, but not all of it.
  private(set) var warnings: [String] = []
  /// Why it could not be read any further.
  private(set) var failure: String?

  /// Whether its end is missing.
  private var isCut = false
  /// The captures whose end is missing.
  private(set) var cutCaptures: [String] = []

  private static let mostCaptures = 1 << 16
  private static let mostInterfaces = 1 << 16

  /// Looks through the file.
  init(surveying path: String) throws(Failure) {
    self.path = path
    var names: [Int: (file: NamedFile, domain: UInt32)] = [:]
    var found: [UInt32: Node] = [:]
    let summary = read(FileNumbers()) { domain, decoded in
      var node = found[domain] ?? Node(domain: domain)
      if var tally = decoded.tallies.last {
        tally.name = tally.name.printable
        node.tally = tally
      }
      for var loss in decoded.losses.prefix(Self.mostInterfaces - node.losses.count) {
        loss.name = loss.name.printable
        node.losses.append(loss)
      }
      for observation in decoded.observations {
        let moments = observation.moments
        let known = node.moments ?? moments
        node.moments =
          min(known.lowerBound, moments.lowerBound)...max(known.upperBound, moments.upperBound)
      }
      let isTold = !decoded.files.isEmpty || !decoded.losses.isEmpty
      if isTold || node.tally != nil || node.moments != nil { found[domain] = node }
      for file in decoded.files where names.count < Self.mostCaptures {
        var file = file
        file.name = file.name.printable
        names[file.number] = (file, domain)
      }
    }
    while let (file, domain) = names[captures.count] {
      found[domain]?.files.append(file.name)
      found[domain]?.captures.insert(captures.count)
      captures.append(file.name)
      if file.isCut { cutCaptures.append(file.name) }
    }
    nodes = found.values.filter { $0.tally != nil || $0.moments != nil }
      .sorted { $0.domain < $1.domain }
    guard !nodes.isEmpty else {
      throw Failure(
        summary.failure ?? "\(path): IPFIX, but no observation of Stickler's is in it"
      )
    }
    failure = summary.failure
    note(summary)
  }

  /// Hands over what the nodes observed, in its order; captures have the numbers from `first` on.
  func read(capturesFrom first: Int, unnamed: Int, _ body: (_ node: Int, [Observation]) -> Void) {
    let places = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.domain, $0) })
    let numbers = FileNumbers(offset: first, count: captures.count, unnamed: unnamed)
    _ = read(numbers) { domain, decoded in
      guard let node = places[domain], !decoded.observations.isEmpty else { return }
      body(node, decoded.observations)
    }
  }

  /// What is not in a report of it: standard error is gone when that is read.
  var blindSpots: [Report.BlindSpot] {
    let cut = isCut || failure != nil ? [path] : []
    return (cutCaptures + cut).map { Report.BlindSpot(cutCapture: $0) }
  }

  private struct Summary {
    var counts = DecodingCounts()
    var tornBytes: Int?
    var failure: String?
  }

  private func read(_ numbers: FileNumbers, _ body: (UInt32, DecodedMessage) -> Void) -> Summary {
    var summary = Summary()
    var decoder = MessageDecoder()
    decoder.files = numbers
    do throws(SystemError) {
      var reader = try MessageReader(path: path)
      var decoded = DecodedMessage()
      var message: [UInt8] = []
      while try reader.next(into: &message) {
        decoded.removeAll()
        guard let header = MessageHeader(message.span),
          decoder.decode(message.span, into: &decoded)
        else { break }
        body(header.domain, decoded)
      }
      switch reader.ending {
      case .torn(let bytes): summary.tornBytes = bytes
      case .damaged: summary.failure = "\(path): byte \(reader.offset): this is no IPFIX message"
      case .whole, nil: break
      }
    } catch {
      summary.failure = error.description
    }
    summary.counts = decoder.counts
    return summary
  }

  private mutating func note(_ summary: Summary) {
    if let bytes = summary.tornBytes {
      isCut = true
      warnings.append(
        "\(path): the file ends inside its last message; \(bytes) bytes of it are left out"
      )
    }
    for node in nodes where node.tally == nil {
      warnings.append(
        "\(path): the name and the counts of node \(node.domain) are missing at its end"
      )
    }
    let counts = summary.counts
    if counts.lost + counts.malformed + counts.unknownTemplates > 0 {
      warnings.append(
        "\(path): \(counts.lost) records are missing, \(counts.malformed) malformed, and "
          + "\(counts.unknownTemplates) sets without their template"
      )
    }
  }
}

extension ObservedFile.Node {
  /// Adds what another file tells of the same node.
  mutating func merge(_ other: Self) {
    files += other.files
    losses += other.losses
    if let moments = other.moments {
      let known = self.moments ?? moments
      self.moments =
        min(known.lowerBound, moments.lowerBound)...max(known.upperBound, moments.upperBound)
    }
    // Counts of one part would be taken for those of the whole.
    guard let tally = other.tally, self.tally != nil else {
      self.tally = nil
      return
    }
    self.tally? += tally
  }

  /// What it is called where its own name does not say: as the file, and by its number where that has several nodes.
  func name(in file: ObservedFile) -> String {
    if let name = tally?.name, !name.isEmpty { return name }
    let name = NodeFiles.nodeName(of: file.path)
    return file.nodes.count == 1 ? name : "\(name)-\(domain)"
  }
}
