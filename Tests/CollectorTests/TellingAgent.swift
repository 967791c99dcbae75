import Correlation
import Exchange
import System
import Testing
import Wire

/// The agent's end by itself: it has something to tell, and tells it as the program does.
struct TellingAgent: ~Copyable {
  var exporter: Exporter
  private var sessions = 0
  private(set) var lines: [String] = []

  init(
    to endpoint: Endpoint,
    tls: TLSContext? = nil,
    token: String = ""
  ) throws {
    var settings = Exporter.Settings(host: "127.0.0.1", port: endpoint.port)
    settings.tls = tls
    settings.token = token
    (settings.shortestPause, settings.longestPause) = (.milliseconds(20), .milliseconds(200))
    var spool = Spool.Settings(directory: nil, node: "n1", epoch: 7)
    spool.mostMemory = 64 << 20
    exporter = try Exporter(settings, Spool(spool))
  }

  static let datagrams: UInt32 = 5

  /// Tells of sessions, each of one run whose datagrams a front's node sends on to a pod.
  mutating func tell(sessions count: Int) {
    let now = Timestamp.now()
    let front = Endpoint(IPAddress(v4: 0xc633_6407), 20_001)
    exporter.spool.append(
      (0..<count).map { _ in
        sessions += 1
        let client = Endpoint(
          IPAddress(v4: 0xcb00_7100 + UInt32(sessions / 20_000)),
          UInt16(40_000 + sessions % 20_000)
        )
        let pod = Endpoint(IPAddress(v4: 0x0af4_0100 + UInt32(sessions % 3)), 20_001)
        var forward = Run.Stretch()
        (forward.datagrams, forward.matched) = (Self.datagrams, Self.datagrams)
        (forward.first, forward.last) = (now - .seconds(2), now - .seconds(1))
        forward.result = FiveTuple(from: client, to: pod)
        return .run(
          Run(
            leg: FiveTuple(from: client, to: front),
            forward: forward,
            reverse: Run.Stretch(),
            isFirst: true,
            hopLimits: 63...63,
            traits: [.forwardIncoming, .addressedHere, .proven]
          )
        )
      },
      at: now
    )
    exporter.spool.append(watermark: now, at: now)
    exporter.spool.flush(at: now)
  }

  /// Goes on until something holds, at most for forty seconds; whether it came to hold.
  mutating func run(until holds: (borrowing Exporter, [String]) -> Bool) -> Bool {
    let end = Instant.now() + .seconds(40)
    while Instant.now() < end {
      lines += exporter.step(until: .now() + .milliseconds(5))
      if holds(exporter, lines) { return true }
    }
    return false
  }

  /// Goes on until the collector has all of it.
  mutating func settle(or says: @autoclosure () -> String) {
    let isSettled = run { exporter, _ in exporter.isSettled }
    #expect(isSettled, "all of it is acknowledged; it says \(lines), the collector \(says())")
  }
}
