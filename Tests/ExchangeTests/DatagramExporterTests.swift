import Correlation
import Exchange
import System
import Testing
import Wire

@Suite struct DatagramExporterTests {
  @Test func `runs that have ended go out over UDP, and nothing else does`() throws {
    let socket = try UDPSocket(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
    var exporter = try DatagramExporter(host: "127.0.0.1", port: socket.local.port)
    var random = RandomObservation(seed: 8)
    let told = (0..<80).map { random.next(kind: $0 % RandomObservation.kinds) }
    exporter.send(told, at: noon)
    #expect(exporter.problem == nil)

    var batch = DatagramBatch(capacity: 64)
    var messages: [[UInt8]] = []
    let end = Instant.now() + .seconds(5)
    while messages.count < exporter.datagramsSent, Instant.now() < end {
      _ = batch.receive(from: socket)
      for index in 0..<batch.count {
        let payload = batch.payload(index)
        messages.append(payload.indices.map { payload[$0] })
      }
    }
    #expect(messages.count > 1)
    #expect(messages.allSatisfy { $0.count <= 1_400 })
    #expect(Reading(messages).decoded.observations == told.filter(\.isRun))
    #expect(Reading(messages).counts.lost == 0)
  }

  @Test func `a name that nobody has is a problem and no failure`() throws {
    var exporter = try DatagramExporter(host: "collector.invalid", port: 4739)
    var random = RandomObservation(seed: 8)
    exporter.send([random.next(kind: 0)], at: noon)
    #expect(exporter.datagramsFailed == 1)
    #expect(exporter.problem?.hasPrefix("IPFIX over UDP: resolve collector.invalid: ") == true)
  }
}

extension Observation {
  fileprivate var isRun: Bool { if case .run = self { true } else { false } }
}
