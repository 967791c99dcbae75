internal import Protocols
public import System
public import Wire

/// Sends datagrams at a rate, from a number of sources, and says honestly how many went out.
public final class LoadGenerator {
  public enum Payload: String, CaseIterable, Hashable, Sendable {
    /// Each datagram carries its number.
    case unique
    /// All are the same, as heartbeats are.
    case identical
    /// Each is random.
    case random
    /// Each is a STUN Binding request with a transaction of its own, twenty bytes.
    case stun
  }

  public struct Configuration: Sendable {
    public var target: Endpoint
    /// Datagrams a second; 0 for as many as the machine can.
    public var rate = 10_000
    public var duration: Interval? = .seconds(10)
    public var sources = 1
    public var lengths = 64...64
    public var payload = Payload.unique
    /// For how long the rate rises from nothing.
    public var ramp = Interval.seconds(0)
    /// Whether answers are taken and counted; else the kernel drops them when its buffer is full.
    public var countsAnswers = false
    public var seed: UInt64

    public init(target: Endpoint, seed: UInt64) {
      self.target = target
      self.seed = seed
    }
  }

  public struct Result: Hashable, Sendable {
    public var sent: UInt64 = 0
    public var bytes: UInt64 = 0
    public var answers: UInt64 = 0
    /// Refused by the kernel: its buffer was full.
    public var refused: UInt64 = 0
    public var elapsed = Interval(nanoseconds: 0)

    public var rate: Double { elapsed.inSeconds > 0 ? Double(sent) / elapsed.inSeconds : 0 }
  }

  private final class Source {
    let socket: UDPSocket

    init(_ socket: consuming UDPSocket) {
      self.socket = socket
    }
  }

  private let configuration: Configuration
  private let sources: [Source]
  private var random: Generator

  public init(_ configuration: Configuration) throws(SystemError) {
    var configuration = configuration
    if configuration.payload == .stun {
      configuration.lengths = Stun.headerLength...Stun.headerLength
    }
    self.configuration = configuration
    random = Generator(state: configuration.seed)
    let bind = configuration.target.address.isV4 ? IPAddress(v4: 0) : .everyAddress
    var sources: [Source] = []
    for _ in 0..<configuration.sources {
      sources.append(
        Source(try UDPSocket(bind: Endpoint(bind, 0), bufferLength: 1 << 20))
      )
    }
    self.sources = sources
  }

  /// Sends until the time is over, or `pause`, called some ten times a second, says so.
  public func run(pause: (Result, Instant) -> Bool) -> Result {
    let capacity = 64
    var outbox = DatagramOutbox(
      to: configuration.target,
      capacity: capacity,
      datagramLength: configuration.lengths.upperBound
    )
    var answers = DatagramBatch(capacity: configuration.countsAnswers ? 64 : 1)
    fillAll(&outbox)
    var result = Result()
    var number: UInt64 = 0
    var turn = 0
    let start = Instant.now()
    var nextPause = start
    while true {
      let now = Instant.now()
      result.elapsed = now.since(start)
      if let duration = configuration.duration, result.elapsed >= duration { return result }
      if now >= nextPause {
        if pause(result, now) { return result }
        nextPause = now + .milliseconds(100)
      }
      let due = due(after: result.elapsed)
      guard number < due else {
        // A fraction of the time until the next one is due: sleeping to the point would come too late.
        let wait = configuration.rate > 0 ? 500_000_000 / Int64(configuration.rate) : 0
        sleep(until: now + .microseconds(min(1_000, max(20, wait / 1_000))))
        continue
      }
      let count = Int(min(UInt64(capacity), due - number))
      let bytes = prepare(&outbox, count, number)
      let source = sources[turn % sources.count]
      turn += 1
      let taken = outbox.send(count, from: source.socket)
      number += UInt64(count)
      result.sent += UInt64(taken)
      result.refused += UInt64(count - taken)
      result.bytes += bytes * UInt64(taken) / UInt64(count)
      if configuration.countsAnswers {
        result.answers += UInt64(answers.receive(from: source.socket))
      }
    }
  }

  /// How many datagrams should have been sent by now.
  private func due(after elapsed: Interval) -> UInt64 {
    guard configuration.rate > 0 else { return .max }
    let seconds = elapsed.inSeconds
    let ramp = configuration.ramp.inSeconds
    // The rate rises evenly: half of it on average.
    let effective = seconds < ramp ? seconds * seconds / (2 * ramp) : seconds - ramp / 2
    return UInt64(effective * Double(configuration.rate)) + 1
  }

  private func fillAll(_ outbox: inout DatagramOutbox) {
    for index in 0..<outbox.capacity {
      outbox.fill(index, length: configuration.lengths.upperBound) { bytes in
        for offset in bytes.indices {
          bytes[offset] = UInt8(truncatingIfNeeded: 0x61 + offset % 26)
        }
      }
    }
  }

  private static func writeStun(_ number: UInt64, to bytes: inout MutableSpan<UInt8>) {
    let words = (UInt64(Stun.bindingRequest) << 48 | UInt64(Stun.cookie), number)
    for offset in 0..<8 {
      bytes[offset] = UInt8(truncatingIfNeeded: words.0 >> UInt64(56 - 8 * offset))
      bytes[offset + 8] = UInt8(truncatingIfNeeded: words.1 >> UInt64(56 - 8 * offset))
    }
    for offset in 16..<20 { bytes[offset] = 0 }
  }

  /// Gives the next datagrams their lengths and contents; how many bytes they have.
  private func prepare(_ outbox: inout DatagramOutbox, _ count: Int, _ first: UInt64) -> UInt64 {
    let lengths = configuration.lengths
    if configuration.payload == .identical, lengths.count == 1 {
      return UInt64(count * lengths.lowerBound)
    }
    var total: UInt64 = 0
    for index in 0..<count {
      let length =
        lengths.count == 1 ? lengths.lowerBound : Int.random(in: lengths, using: &random)
      total += UInt64(length)
      outbox.fill(index, length: length) { bytes in
        switch configuration.payload {
        case .identical: break
        case .stun: Self.writeStun(first &+ UInt64(index), to: &bytes)
        case .unique:
          let number = first &+ UInt64(index)
          for offset in 0..<min(8, bytes.count) {
            bytes[offset] = UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * offset))
          }
        case .random:
          var word: UInt64 = 0
          for offset in bytes.indices {
            if offset % 8 == 0 { word = random.next() }
            bytes[offset] = UInt8(truncatingIfNeeded: word >> UInt64(offset % 8 * 8))
          }
        }
      }
    }
    return total
  }
}
