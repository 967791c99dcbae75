import Affinity
import Cluster
import CommandLineKit
import Correlation
import LiveCapture
import Replay
import Reporting

/// `stickler analyze`: who served whom, what the pods saw, and whether both stayed the same.
enum AnalyzeCommand {
  enum Format: String, CaseIterable, Sendable { case text, json, junit, html, prometheus }

  static let inventory = Option(
    repeating: "inventory",
    short: "i",
    file("FILE[@TIME]"),
    "what the cluster looked like, from kubectl; several in order of time, or a directory"
  )
  static let service = Option(
    repeating: "service",
    .service,
    "judge only this service or front"
  )
  static let filter = Option("filter", .text("BPF"), "read only what this tcpdump filter matches")

  static let format = Option(
    "format",
    short: "f",
    .choice,
    default: Format.text,
    section: "Output",
    "what the report is printed as"
  )
  static let output = Option(
    "output",
    short: "o",
    .file,
    section: "Output",
    "write the report there instead of standard output"
  )
  static let sessions = Option(
    flag: "sessions",
    section: "Output",
    "list every session in the text report"
  )

  static let html = Option(
    "html",
    .file,
    section: "Output",
    "also write the report there as a page that draws the sessions over time"
  )
  static let evidence = Option(
    "evidence",
    .file,
    section: "Output",
    "also write the packets behind the findings there, as pcapng with comments"
  )
  static let ipfix = Option(
    "ipfix",
    .file,
    section: "Output",
    "also write what the nodes observed there, without payload, to be analyzed in place of the captures"
  )
  static let anonymize = Option(
    flag: "anonymize",
    section: "Output",
    "replace addresses (subnets stay together) and names in every output"
  )
  static let phrase = Option(
    "anonymize-key",
    .text("PHRASE"),
    environment: "STICKLER_ANONYMIZE_KEY",
    section: "Output",
    "anonymize by this phrase: the same one gives the same names again (else they are random)"
  )

  static let command = Command(
    "analyze",
    summary: "say which pod served which client, and whether that stayed so",
    discussion: """
      Reads captures from one node or from several, and matches every datagram before and after the node's NAT. The \
      report says for each client which pod served it and what source address that pod saw, whether either changed, \
      and why.

      A capture belongs to the node that --node says, else to the one that its file is named after (n1.pcap.gz is n1's; \
      several files of a node are one timeline), else to the one whose addresses it shows. A directory stands for the \
      captures in it. Without --inventory everything works but names, and causes that need them.

      In place of captures it also reads the IPFIX file that --ipfix has written from them: a small file with addresses, \
      times and counts, but nothing of the payload, which gives the same report.
      """,
    options: [
      inventory, NodeFiles.node, service, filter, maxFlows, expect, timeouts, proxyMode, failOn,
      ignore,
      format, output, sessions, html, evidence, ipfix, anonymize, phrase,
    ],
    arguments: [NodeFiles.files],
    examples: [
      Command.Example(
        "three nodes and what the cluster looked like",
        "stickler analyze n?.pcap --inventory cluster.json"
      ),
      Command.Example(
        "before and after a change",
        "stickler analyze n?.pcap -i before.json -i after.json@2026-11-21T06:49:09Z"
      ),
      Command.Example(
        "a page to look at and to pass on",
        "stickler analyze n?.pcap -i cluster.json --html report.html"
      ),
      Command.Example(
        "only the packets that show what broke, for Wireshark",
        "stickler analyze n?.pcap -i cluster.json --evidence evidence.pcapng"
      ),
      Command.Example(
        "what one node saw, as a small file to pass on",
        "stickler analyze n1.pcap --ipfix n1.ipfix"
      ),
      Command.Example(
        "straight from tcpdump",
        "tcpdump -i any -U -w - udp | stickler analyze --node n1=-"
      ),
      Command.Example(
        "does externalTrafficPolicy: Local keep the client's address?",
        "stickler analyze n?.pcap -i cluster.json --expect source-preserved"
      ),
    ],
    judges: true,
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    let inventories = try readInventoryFiles(try arguments[inventory])
    let analysis = try analysis(arguments, inventories)
    if try arguments[evidence] != nil { try EvidenceFile.check(analysis) }
    let inputs =
      analysis.nodes.flatMap(\.paths) + analysis.observed.files.map(\.path)
      + inventories.map(\.name)
    try outputs(arguments).check(against: inputs)
    let outcome = try read(analysis, console)
    var printed = Printed(outcome.report, analysis.inventory)
    if try arguments[anonymize] || arguments.isGiven(phrase) {
      var anonymizer = try anonymizer(arguments)
      printed.anonymize(by: &anonymizer)
      try write(evidenceOf: outcome.report, analysis, anonymizer, arguments, console)
    } else {
      try write(evidenceOf: outcome.report, analysis, nil, arguments, console)
    }
    try write(printed, arguments, &console)
    return try verdict(of: outcome, console)
  }

  static func outputs(
    _ arguments: Arguments,
    _ files: [Option<String?>] = [html, evidence, ipfix]
  ) throws(Failure) -> OutputPaths {
    var outputs = OutputPaths(paths: [("output", try arguments[output] ?? "-")])
    for option in files {
      if let path = try arguments[option] {
        outputs.paths.append((option.specification.name, path))
      }
    }
    return outputs
  }

  /// Whether any output tells sessions one by one, or counts what hides them.
  private static func listsSessions(_ arguments: Arguments) throws(Failure) -> Bool {
    if try arguments[html] != nil { return true }
    if try arguments[evidence] != nil { return true }
    if try arguments[anonymize] { return true }
    switch try arguments[format] {
    case .text: return try arguments[sessions]
    case .junit, .prometheus: return false
    case .json, .html: return true
    }
  }

  private static func anonymizer(_ arguments: Arguments) throws(Failure) -> Anonymizer {
    if let phrase = try arguments[phrase] { return Anonymizer(phrase: phrase) }
    return Anonymizer(key: (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max)))
  }

  private static func analysis(
    _ arguments: Arguments,
    _ inventories: [InventoryFile]
  ) throws(Failure) -> Analysis {
    var analysis = Analysis(nodes: try NodeFiles.readWithDirectories(arguments))
    analysis.named = Set(try arguments[NodeFiles.node].map(\.left))
    try analysis.takeOutObserved()
    analysis.export = try arguments[ipfix]
    if analysis.export != nil, try arguments[anonymize] || arguments.isGiven(phrase) {
      throw Failure("--ipfix tells addresses as they are: it cannot be had with --anonymize")
    }
    if let expression = try arguments[filter] {
      do {
        analysis.filter = try FilterSet(checking: expression)
      } catch {
        throw Failure(error.description)
      }
      if let file = analysis.observed.files.first {
        throw Failure("--filter looks at packets, and \(file.path) has none: filter its captures")
      }
    }
    analysis.settings.scope = ServiceScope(try arguments[service])
    try tell(&analysis.settings, arguments)
    analysis.observer.flowLimit = try arguments[maxFlows]
    analysis.settings.listsSessions = try listsSessions(arguments)
    analysis.settings.crew = Cores()
    analysis.inventory = try history(of: inventories)
    try check(analysis.settings.scope, in: analysis.inventory)
    return analysis
  }
}
