import Affinity
import CaptureFiles
import Collector
import CommandLineKit
import Live
import LiveCapture
import System
import Wire

/// `stickler capture`: a ring of savefiles, for a fault that comes and goes.
enum CaptureCommand {
  static let directory = Option(
    required: "write",
    short: "w",
    .directory,
    section: "Files",
    "the folder that the savefiles are written into; it is made where it is not there"
  )

  static let untilFinding = Option(
    flag: "until-finding",
    section: "Judging",
    "analyze meanwhile, and stop once something went wrong, with what was before it and a while after"
  )
  static let after = Option(
    "after",
    .duration(in: .milliseconds(0)...(.seconds(86_400))),
    default: .seconds(10),
    section: "Judging",
    "how long to go on after the finding of --until-finding"
  )

  static let command = Command(
    "capture",
    summary: "keep the last packets of this machine in a ring of savefiles",
    discussion: """
      Writes what passes this machine's interfaces into pcapng files, of which the oldest makes room for the next: the \
      flight recorder for a fault that comes and goes. `stickler analyze DIR` reads all of them as one. What was \
      captured is written at once, so that not even a kill loses it; the ring goes on where an earlier one ended.

      With an inventory only packets that can matter are kept: those of services, their node ports and endpoints, ICMP, \
      later fragments and announcements of addresses.
      """,
    options: WatchSession.options + [directory, untilFinding, after],
    examples: [
      Command.Example("all UDP of this machine", "stickler capture -w ring"),
      Command.Example(
        "a gigabyte of what concerns one service",
        "stickler capture -w ring --ring 128MBx8 --inventory cluster.json --service default/dns"
      ),
      Command.Example(
        "what was before and after the next fault",
        "stickler capture -w ring --until-finding --inventory cluster.json"
      ),
      Command.Example("what it caught", "stickler analyze ring --inventory cluster.json"),
    ],
    judges: true,
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    if try arguments[untilFinding] { return try recordUntilFinding(arguments, &console) }
    let files = try LiveOptions.inventoryFiles(arguments)
    let settings = try LiveOptions.settings(arguments, files?.history)
    var source = try CaptureOptions.open(settings)
    let follower = try InventoryFollower.made()
    let loop = try LiveLoop.start(for: source, follower)
    try follower.start(following: files)
    let scope = ServiceScope(try arguments[LiveOptions.service])
    let node = try CaptureOptions.nodeName(arguments)
    var ring = try RingOptions.open(try arguments[directory], arguments, source, node: node)
    if source.isFilterSlow { console.warn(LiveNotice.slowFilter.description) }
    console.report("capturing \(settings.interfaces.described) into \(try arguments[directory])")

    let end = try arguments[CaptureOptions.stopAfter].map { Instant.now() + Interval($0) }
    var nextCount = Instant.now() + .seconds(1)
    var losses = LossReader()
    var isOver = false
    while !isOver {
      let wake = loop.wait(until: min(end ?? nextCount, nextCount))
      if wake.contains(.frames) { _ = source.read { ring.append($0) } }
      let now = Instant.now()
      isOver = wake.contains(.stop) || end.map { now >= $0 } ?? false
      if isOver { LiveSource.takeRest(settings.capture) { source.read { ring.append($0) } } }
      if wake.contains(.links) || source.hasNews {
        for notice in source.followInterfaces() { console.report(notice.description) }
      }
      if wake.contains(.inventory) {
        for found in follower.takeNews() {
          for notice in source.take(found, scope) { console.report(notice.description) }
        }
      }
      ring.interface.filter = source.filter
      if now >= nextCount || isOver {
        ring.note(source.readCounters())
        ring.note(losses.read(&source, isLast: isOver))
        nextCount = now + .seconds(1)
      }
      try ring.write()
    }
    tellCounts(&source, losses.last, console)
    return .pass
  }

  /// Watches and keeps packets until something goes wrong, and a while longer.
  private static func recordUntilFinding(
    _ arguments: Arguments,
    _ console: inout Console
  ) throws(Failure) -> ExitCode {
    let directory = try arguments[directory]
    let session = try WatchSession(arguments, directory: directory)
    let pause = Interval(try arguments[after])
    var watch = try session.start(console)
    console.report(
      "capturing \(watch.interfaces.described) into \(directory) until something goes wrong"
    )
    var end: Instant?
    var isOver = false
    while !isOver {
      let news = try watch.step(until: end ?? .now() + .seconds(10))
      for notice in news.notices { console.report(notice.description) }
      if let outcome = news.outcome {
        try WatchLines.print(outcome.events, inJSON: false, &console)
        if outcome.hasTrouble, end == nil {
          end = .now() + pause
          watch.keepAll()
        }
      }
      isOver = news.isOver || end.map { Instant.now() >= $0 } ?? false
    }
    let outcome = try watch.finish()
    try WatchLines.print(outcome.events, inJSON: false, &console)
    watch.tellCounts(console)
    return ExitCode(rawValue: Int32(outcome.report.exitCode)) ?? .inconclusive
  }

  /// What was captured and what was not, in one line each, on standard error.
  static func tellCounts(
    _ source: inout LiveSource,
    _ losses: [InterfaceLoss],
    _ console: borrowing Console
  ) {
    let dropped = source.readCounters().dropped
    console.report(
      "\(source.frameCount) frames captured, \(dropped) dropped for want of room in the kernel's buffer"
        + (dropped > 0
          ? "; a larger --buffer or a narrower --filter helps; of which interface they were the kernel does not say"
          : "")
    )
    for loss in losses {
      for words in loss.described { console.report("\(loss.name) itself \(words)") }
    }
    if dropped > 0 || losses.contains(where: { $0.lost > 0 }) {
      console.report(
        "such drops are no loss in the network, and nothing tells which flows they were of"
      )
    }
  }
}

extension [InterfacePattern] {
  /// As a sentence calls them.
  var described: String {
    contains(where: \.meansAll) ? "all interfaces" : map(\.text).joined(separator: ", ")
  }
}
