internal import Glibc
internal import System

/// A TCP connection, with TLS or without; nothing blocks, and what waits to be sent waits here.
struct Channel: ~Copyable {
  enum Reading {
    case bytes([UInt8])
    case nothing
    case ended
    /// Why the other end is not to be talked to.
    case failed(String)
  }

  private let stream: TCPStream
  private var tls: TLSSession?
  private var outgoing: [UInt8] = []
  private var sent = 0
  /// What was said before the handshake was over.
  private var early: [UInt8] = []
  /// Whether the handshake, if there is one, is over.
  private(set) var isOpen: Bool

  init(_ stream: consuming TCPStream, _ tls: consuming TLSSession? = nil) {
    self.stream = stream
    isOpen = tls == nil
    self.tls = tls
  }

  var number: Int32 { stream.number }

  /// Whether the other end has shown a certificate that is good.
  var isPeerProven: Bool {
    switch tls {
    case .some(let session): session.isPeerProven
    case .none: false
    }
  }

  /// How many bytes the kernel has not taken yet.
  var waitingBytes: Int { outgoing.count - sent + early.count }

  /// Whether the poller is to say when more can be written.
  var wantsToWrite: Bool { outgoing.count > sent }

  /// Takes what the network brings: up to 64 KiB, so that nobody keeps the others waiting.
  mutating func receive() -> Reading {
    switch stream.read(upTo: 1 << 16) {
    case .nothing: return isOpen ? .nothing : shakeHands()
    case .ended: return .ended
    case .bytes(let bytes):
      guard tls != nil else { return .bytes(bytes) }
      tls?.take(bytes)
      if !isOpen {
        let outcome = shakeHands()
        guard isOpen else { return outcome }
      }
      return readSession()
    }
  }

  /// Begins the handshake, or goes on with it.
  mutating func shakeHands() -> Reading {
    guard !isOpen, let outcome = tls?.shakeHands() else { return .nothing }
    isOpen = outcome == .done
    takeOutgoing()
    switch outcome {
    case .done:
      let words = early
      early = []
      send(words)
      return .nothing
    case .waiting: return .nothing
    case .ended: return .ended
    case .failed(let reason):
      // The other end is told by an alert, as far as it goes.
      _ = flush()
      return .failed(reason)
    }
  }

  private mutating func readSession() -> Reading {
    var bytes: [UInt8] = []
    while true {
      guard let outcome = tls?.read(into: &bytes) else { return .bytes(bytes) }
      if outcome == .done { continue }
      takeOutgoing()
      if !bytes.isEmpty { return .bytes(bytes) }
      switch outcome {
      case .failed(let reason):
        _ = flush()
        return .failed(reason)
      case .ended: return .ended
      case .done, .waiting: return .nothing
      }
    }
  }

  /// Has bytes wait to be sent.
  mutating func send(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    guard isOpen else {
      early += bytes
      return
    }
    if tls == nil {
      outgoing += bytes
    } else {
      _ = tls?.write(bytes)
      takeOutgoing()
    }
  }

  private mutating func takeOutgoing() {
    if let bytes = tls?.takeOutgoing() { outgoing += bytes }
  }

  /// Gives the kernel what it takes; false where the connection is gone.
  mutating func flush() -> Bool {
    while sent < outgoing.count {
      guard let count = stream.write(outgoing.span.extracting(sent..<outgoing.count)) else {
        return false
      }
      guard count > 0 else { break }
      sent += count
    }
    if sent == outgoing.count {
      outgoing.removeAll(keepingCapacity: outgoing.count <= 1 << 18)
      sent = 0
    } else if sent > 1 << 18 {
      outgoing.removeFirst(sent)
      sent = 0
    }
    return true
  }

  /// Says goodbye, as far as the kernel takes it.
  mutating func end() {
    tls?.end()
    takeOutgoing()
    _ = flush()
    stream.finishWriting()
  }

  /// Why a connection that was being made could not be.
  var failure: SystemError? { stream.failure }
}
