import CaptureFiles
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
    options: LiveOptions.capturing
      + [
        directory, RingOptions.ring, RingOptions.period, LiveOptions.inventory,
        LiveOptions.service, LiveOptions.node,
      ],
    examples: [
      Command.Example("all UDP of this machine", "stickler capture -w ring"),
      Command.Example(
        "a gigabyte of what concerns one service",
        "stickler capture -w ring --ring 128MBx8 --inventory cluster.json --service default/dns"
      ),
      Command.Example("what it caught", "stickler analyze ring --inventory cluster.json"),
    ],
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    let inventory = try readInventory(try arguments[LiveOptions.inventory])
    let settings = try LiveOptions.settings(arguments, inventory)
    var source = try LiveOptions.open(settings)
    let loop = try LiveLoop.start(source)
    let node = try LiveOptions.nodeName(arguments)
    var ring = try RingOptions.open(try arguments[directory], arguments, source, node: node)
    if source.isFilterSlow { console.warn(LiveNotice.slowFilter.description) }
    console.report("capturing \(settings.interfaces.described) into \(try arguments[directory])")

    let end = try arguments[LiveOptions.stopAfter].map { Instant.now() + Interval($0) }
    var nextCount = Instant.now() + .seconds(1)
    var isOver = false
    while !isOver {
      let wake = loop.wait(until: min(end ?? nextCount, nextCount))
      if wake.contains(.links) {
        for notice in source.followInterfaces() { console.report(notice.description) }
      }
      if wake.contains(.frames) { _ = try source.take { ring.append($0) } }
      let now = Instant.now()
      isOver = wake.contains(.stop) || end.map { now >= $0 } ?? false
      if isOver { try source.takeRest(settings.capture) { ring.append($0) } }
      if now >= nextCount || isOver {
        ring.note(source.readCounters())
        nextCount = now + .seconds(1)
      }
      try ring.write()
    }
    tellCounts(&source, console)
    return .pass
  }

  /// What was captured and what was not, in one line each, on standard error.
  static func tellCounts(
    _ source: inout LiveSource,
    _ console: borrowing Console
  ) {
    let dropped = source.readCounters().dropped
    console.report(
      "\(source.frameCount) frames captured, \(dropped) dropped for want of room in the kernel's buffer"
        + (dropped > 0 ? "; a larger --buffer or a narrower --filter helps" : "")
    )
    for (name, missed) in source.readMissed() {
      console.report(
        "\(name) itself lost \(missed) frames before any program could see them"
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
