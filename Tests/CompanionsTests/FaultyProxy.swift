import Companions
import Glibc
import Synchronization
import Protocols
import System
import Wire

/// A network between clients and pods that loses, doubles and swaps by number, and moves its clients when told.
///
/// Each client gets a port of its own towards each pod, as a translation would give it.
final class FaultyProxy: Sendable {
  struct Faults: Sendable {
    /// Requests that are lost: those whose number leaves this remainder by ten.
    var lost: UInt64 = 99
    /// Requests whose answer comes twice.
    var doubled: UInt64 = 99
    /// Requests whose answer waits until the next one has passed.
    var held: UInt64 = 99
    /// From this number on, requests go to the second pod.
    var moved: UInt64 = .max
  }

  private struct State {
    var endpoint: Endpoint?
    var isOver = false
  }

  private final class Path {
    let socket: UDPSocket
    let client: Endpoint
    var held: [UInt8]?

    init(_ socket: consuming UDPSocket, _ client: Endpoint) {
      self.socket = socket
      self.client = client
    }
  }

  let endpoint: Endpoint
  private let state: Box

  private final class Box: Sendable {
    let value = Mutex(State())
  }

  init(to pods: [Endpoint], _ faults: Faults) throws(SystemError) {
    let box = Box()
    state = box
    try startThread { Self.serve(pods, faults, box) }
    var found: Endpoint?
    while found == nil {
      found = box.value.withLock { $0.endpoint }
      usleep(500)
    }
    endpoint = found ?? Endpoint(IPAddress(v4: 0), 0)
  }

  func stop() {
    state.value.withLock { $0.isOver = true }
  }

  private static func serve(_ pods: [Endpoint], _ faults: Faults, _ box: Box) {
    let loopback = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
    guard let front = try? UDPSocket(bind: loopback) else { return }
    box.value.withLock { $0.endpoint = front.local }
    var paths: [Endpoint: [Path]] = [:]
    var batch = DatagramBatch(capacity: 32)
    while !box.value.withLock({ $0.isOver }) {
      for index in 0..<batch.receive(from: front) {
        let client = batch.source(index)
        if paths[client] == nil {
          paths[client] = pods.compactMap { _ in try? Path(UDPSocket(bind: loopback), client) }
        }
        let sequence = (try? StunRequest(batch.payload(index)))?.sequence ?? 0
        guard sequence % 10 != faults.lost, let own = paths[client] else { continue }
        let pod = sequence >= faults.moved ? 1 : 0
        _ = own[pod].socket.send(batch.payload(index), to: pods[pod])
      }
      for path in paths.values.joined() {
        for index in 0..<batch.receive(from: path.socket) {
          let payload = batch.payload(index)
          let sequence = (try? StunAnswer(payload))?.sequence ?? 0
          if sequence % 10 == faults.held {
            path.held = Array(capacity: payload.count) { output in
              for offset in payload.indices { output.append(payload[offset]) }
            }
            continue
          }
          _ = front.send(payload, to: path.client)
          if sequence % 10 == faults.doubled { _ = front.send(payload, to: path.client) }
          if let held = path.held {
            _ = front.send(held.span, to: path.client)
            path.held = nil
          }
        }
      }
      usleep(100)
    }
  }
}
