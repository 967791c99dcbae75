internal import COpenSSL

/// One end of a TLS connection, apart from its socket: bytes of the network go in and come out, and so do those of the
/// session.
///
/// Whatever comes in is a claim, which OpenSSL checks; what is wrong is said in a line.
@safe
struct TLSSession: ~Copyable {
  enum Role {
    case server
    /// The collector is who it says by a certificate for this host.
    case client(of: String)
  }

  /// What came of an attempt.
  enum Outcome: Equatable {
    case done
    /// More has to come from the network first.
    case waiting
    case ended
    case failed(String)
  }

  private let session: OpaquePointer
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer
  /// Kept for as long as the session lasts.
  private let context: TLSContext

  init(_ context: TLSContext, _ role: Role) throws(TLSError) {
    ERR_clear_error()
    // SAFETY: what is made here is freed in `deinit` or before an error, the buffers by the session that takes them over.
    guard let session = unsafe SSL_new(context.handle) else {
      throw TLSError("TLS: \(takeReason() ?? "no session could be made")")
    }
    guard let incoming = unsafe stickler_tls_buffer(), let outgoing = unsafe stickler_tls_buffer()
    else {
      unsafe SSL_free(session)
      throw TLSError("TLS: there is no memory for a session")
    }
    unsafe SSL_set_bio(session, incoming, outgoing)
    switch role {
    case .server: unsafe SSL_set_accept_state(session)
    case .client(let host):
      unsafe SSL_set_connect_state(session)
      // SAFETY: the session copies the name.
      guard unsafe stickler_tls_expect(session, host) == 1 else {
        unsafe SSL_free(session)
        throw TLSError("TLS: \(host.debugDescription) is no host")
      }
    }
    self.context = context
    unsafe self.session = session
    unsafe self.incoming = incoming
    unsafe self.outgoing = outgoing
  }

  deinit {
    // SAFETY: made in `init`; its buffers go with it.
    unsafe SSL_free(session)
  }

  /// Takes what came from the network.
  mutating func take(_ bytes: [UInt8]) {
    // SAFETY: the buffer copies as many bytes as there are, of which no read brings more than an Int32 counts.
    _ = unsafe BIO_write(incoming, bytes, Int32(clamping: bytes.count))
  }

  /// What is to go to the network.
  mutating func takeOutgoing() -> [UInt8] {
    let count = unsafe stickler_tls_waiting(outgoing)
    guard count > 0 else { return [] }
    // SAFETY: at most as many bytes are written as there is room for, and as many are initialized as were.
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let read = unsafe BIO_read(outgoing, buffer.baseAddress, Int32(clamping: count))
      initialized = max(0, Int(read))
    }
  }

  mutating func shakeHands() -> Outcome {
    ERR_clear_error()
    let status = unsafe SSL_do_handshake(session)
    return status == 1 ? .done : outcome(of: status)
  }

  /// Adds what the other end said to `bytes`, at most some 16 KiB.
  mutating func read(into bytes: inout [UInt8]) -> Outcome {
    ERR_clear_error()
    var status: Int32 = 0
    // SAFETY: as above.
    let some = unsafe [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, initialized in
      status = unsafe SSL_read(session, buffer.baseAddress, Int32(Self.chunk))
      initialized = max(0, Int(status))
    }
    bytes += some
    return status > 0 ? .done : outcome(of: status)
  }

  /// Says something; all of it is taken, after the handshake.
  mutating func write(_ bytes: [UInt8]) -> Outcome {
    guard !bytes.isEmpty else { return .done }
    ERR_clear_error()
    // SAFETY: the bytes are read during the call. The buffer behind it grows, so that nothing is left over.
    let status = unsafe SSL_write(session, bytes, Int32(clamping: bytes.count))
    return status > 0 ? .done : outcome(of: status)
  }

  /// Says that nothing more will come.
  mutating func end() {
    ERR_clear_error()
    _ = unsafe SSL_shutdown(session)
    ERR_clear_error()
  }

  /// Whether the other end showed a certificate, which was found good.
  var isPeerProven: Bool {
    unsafe SSL_get0_peer_certificate(session) != nil
      && SSL_get_verify_result(session) == Int(X509_V_OK)
  }

  /// A record of TLS has no more.
  private static let chunk = 16_384

  private func outcome(of status: Int32) -> Outcome {
    switch unsafe SSL_get_error(session, status) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .waiting
    case SSL_ERROR_ZERO_RETURN: return .ended
    default: return .failed(reason)
    }
  }

  private var reason: String {
    let said = takeReason()
    let verdict = unsafe SSL_get_verify_result(session)
    if verdict != Int(X509_V_OK) {
      // SAFETY: the library answers a constant string.
      let why = unsafe String(cString: X509_verify_cert_error_string(verdict))
      return "the other end's certificate is not accepted: \(why)"
    }
    guard let said else { return "the connection broke off" }
    guard let alert = said.range(ofAlert: " alert ") else { return "TLS: \(said)" }
    return "the other end ends the session: \(said[alert...])"
  }
}

extension String {
  /// Where the text behind a word begins.
  fileprivate func range(ofAlert word: String) -> String.Index? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(word) { return index(start, offsetBy: word.count) }
      start = index(after: start)
    }
    return nil
  }
}
