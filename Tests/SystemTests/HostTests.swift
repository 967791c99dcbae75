import Testing
import Wire

@testable import System

/// What the kernel's own tables say, as they stand in /proc.
@Suite struct HostTests {
  @Test func `what conntrack refused is summed over processors, in hexadecimal`() {
    let table = """
      entries  searched insert insert_failed drop early_drop
      00000002 00000000 00000001 0000000a 00000001 00000000
      00000002 00000000 00000001 00000010 000000ff 00000000

      """
    #expect(
      ConntrackState.Refusals(table: table)
        == ConntrackState.Refusals(insertFailed: 26, dropped: 256)
    )
    #expect(ConntrackState.Refusals(table: "") == nil)
    #expect(ConntrackState.Refusals(table: "entries drop\n00000001 00000002\n") == nil)
  }

  @Test func `a counter stands below its name, in the table that it belongs to`() {
    let text = """
      TcpExt: SyncookiesSent IPReversePathFilter TCPTimeouts
      TcpExt: 1 23 4
      IpExt: InNoRoutes InTruncatedPkts
      IpExt: 5 6

      """
    #expect(ReversePathFilter.counter("IPReversePathFilter", in: text) == 23)
    #expect(ReversePathFilter.counter("InTruncatedPkts", in: text) == 6)
    #expect(ReversePathFilter.counter("InNoRoute", in: text) == nil)
    #expect(ReversePathFilter.counter("IPReversePathFilter", in: "TcpExt: a\n") == nil)
  }

  static let stats: [(String, UInt64?)] = [
    ("41 (kube-proxy) S 1 41 41 0 -1 4194560 1 0 0 0 5 6 0 0 20 0 9 0 98765 1 2 3", 98_765),
    // The kernel keeps 15 bytes of a name, and a name may hold anything.
    ("41 (kube-proxy) x) S 1 41 41 0 -1 4194560 1 0 0 0 5 6 0 0 20 0 9 0 98765 1 2 3", nil),
    ("41 (kube-prox) S 1 41 41 0 -1 4194560 1 0 0 0 5 6 0 0 20 0 9 0 98765 1 2 3", nil),
    ("41 (kube-proxy) S 1 41 41", nil), ("", nil), (")(", nil),
  ]

  @Test(arguments: stats)
  func `kube-proxy is known by its name, and since when it runs`(stat: String, ticks: UInt64?) {
    #expect(ProxyProcess(id: 41, stat: stat)?.ticks == ticks)
  }

  @Test func `a process that began with the machine began when the machine did`() throws {
    let process = try #require(ProxyProcess(id: 41, stat: Self.stats[0].0))
    let now = Timestamp.now()
    // Later than this machine runs, perhaps: then it began just now.
    #expect(try #require(process.start(now: now)) <= now)
    let first = try #require(
      ProxyProcess(
        id: 1,
        stat: Self.stats[0].0.replacing("98765", with: "0")
      )?.start(now: now)
    )
    let uptime = try #require(systemText("/proc/uptime")?.split(separator: " ").first)
    let age = try #require(Double(uptime))
    #expect(abs(now.since(first).inSeconds - age) < 2)
  }

  @Test func `this kernel is asked without a mistake`() {
    if let state = ConntrackState.read() {
      #expect(state.limit > 0 && state.count >= 0)
      #expect(state.udpTimeout.map { $0 >= .seconds(1) } ?? true)
    }
    #expect(ReversePathFilter.dropCount() != nil)
    #expect(ReversePathFilter.strict(among: ["nowhere0"]) != nil)
    #expect(ProxyProcess.find() == nil)
  }

  @Test func `kube-proxy itself says its mode, and since when it runs`() throws {
    let page = try Self.proxy { path in
      path == "/proxyMode"
        ? "nftables" : "# HELP\nprocess_start_time_seconds 1.73223221014e+09\nother 1\n"
    }
    #expect(
      page
        == ProxyPage(
          mode: "nftables",
          start: Timestamp(nanoseconds: 1_732_232_210_140_000_000)
        )
    )
    #expect(
      try Self.proxy { $0 == "/proxyMode" ? "iptables\n" : "none" } == ProxyPage(mode: "iptables")
    )
  }

  @Test func `whoever else answers at its port, or is silent, is no kube-proxy`() throws {
    #expect(try Self.proxy { _ in "<html>" } == nil)
    #expect(try Self.proxy { _ in nil } == nil)
    let listener = try TCPListener(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
    let began = Instant.now()
    #expect(ProxyPage.read(at: listener.local, patience: .milliseconds(50)) == nil)
    #expect(Instant.now().since(began) < .seconds(5))
  }

  /// What is read of a server that answers each path so; nil for a refusal.
  private static func proxy(_ answer: @escaping @Sendable (String) -> String?) throws -> ProxyPage?
  {
    let (isOver, chosen) = (Locked(false), BoundedQueue<Endpoint>(capacity: 1))
    let server = try Worker {
      let loopback = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
      guard let listener = try? TCPListener(bind: loopback) else { return chosen.put(loopback) }
      chosen.put(listener.local)
      while !isOver.withLock({ $0 }) {
        guard let stream = listener.accept() else {
          sleep(until: .now() + .milliseconds(1))
          continue
        }
        var request: [UInt8] = []
        while !request.contains(UInt8(ascii: "\n")), case let reading = stream.read() {
          if case .bytes(let some) = reading { request += some }
          if reading == .ended { break }
          if reading == .nothing { sleep(until: .now() + .milliseconds(1)) }
        }
        let path = String(decoding: request, as: UTF8.self).split(separator: " ").dropFirst().first
        let body = answer(path.map(String.init) ?? "")
        let text = "HTTP/1.0 \(body == nil ? "404 Not Found" : "200 OK")\r\n\r\n\(body ?? "")"
        _ = stream.write(Array(text.utf8).span)
      }
    }
    defer {
      isOver.withLock { $0 = true }
      server.join()
    }
    return ProxyPage.read(at: chosen.take(), patience: .seconds(10))
  }
}
