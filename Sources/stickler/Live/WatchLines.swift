import Collector
import CommandLineKit
import Live
import Reporting
import System
import Wire

/// Tells what happens in lines, for pipes, logs and programs.
enum WatchLines {
  static func run(_ watch: inout Watch, inJSON: Bool, _ console: inout Console) throws(Failure) {
    console.report("watching \(watch.interfaces.described); Ctrl-C ends it and prints the report")
    var isOver = false
    while !isOver {
      let news = try watch.step(until: .now() + .seconds(10))
      for notice in news.notices { console.report(notice.description) }
      if let outcome = news.outcome { try print(outcome.events, inJSON: inJSON, &console) }
      isOver = news.isOver
    }
  }

  static func print(
    _ events: [ChronicleEvent],
    inJSON: Bool,
    _ console: inout Console
  ) throws(Failure) {
    for event in events {
      if inJSON {
        try console.out.write(bytes: event.jsonLine)
      } else {
        try console.out.line(event.line(console.style))
      }
    }
    // Whoever follows wants them now.
    try console.out.flush()
  }
}
