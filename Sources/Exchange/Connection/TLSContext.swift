internal import COpenSSL
internal import Glibc

/// Why TLS could not be set up: one line, with the file that is to blame.
public struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String

  init(_ description: String) {
    self.description = description
  }

  /// What OpenSSL last said, of a file.
  init(file: String) {
    self.init("\(file): \(takeReason() ?? "it cannot be used for TLS")")
  }
}

/// The files that one end of a TLS connection shows and checks by.
public struct TLSFiles: Hashable, Sendable {
  /// What this end shows: a certificate with its chain, and its key, as PEM.
  public var certificate: String?
  public var key: String?
  /// Who may have signed the other end's certificate, as PEM; an agent without it trusts those that the system does.
  public var authorities: String?

  public init(certificate: String? = nil, key: String? = nil, authorities: String? = nil) {
    self.certificate = certificate
    self.key = key
    self.authorities = authorities
  }
}

/// What all TLS connections of one end have in common (TLS 1.2 and 1.3).
@safe
public final class TLSContext: @unchecked Sendable {
  let handle: OpaquePointer

  /// For agents: the collector's certificate is always checked.
  public convenience init(client files: TLSFiles) throws(TLSError) {
    unsafe try self.init(TLS_client_method())
    if let authorities = files.authorities {
      try trust(authorities)
    } else {
      // SAFETY: the context is ours; so everywhere below, and paths outlive the calls.
      _ = unsafe SSL_CTX_set_default_verify_paths(handle)
    }
    if files.certificate != nil || files.key != nil { try show(files) }
    unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nil)
  }

  /// For collectors: an agent's certificate is checked where there are authorities, and demanded if `isMutual`.
  public convenience init(server files: TLSFiles, isMutual: Bool) throws(TLSError) {
    unsafe try self.init(TLS_server_method())
    try show(files)
    guard let authorities = files.authorities else {
      guard !isMutual else { throw TLSError("no file says who signs the agents' certificates") }
      return
    }
    try trust(authorities)
    // The names of the authorities tell an agent which of its certificates to show.
    unsafe SSL_CTX_set_client_CA_list(handle, SSL_load_client_CA_file(authorities))
    let demand = isMutual ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
    unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_PEER | demand, nil)
  }

  private init(_ method: OpaquePointer?) throws(TLSError) {
    ERR_clear_error()
    // SAFETY: methods are constants of the library.
    guard let made = unsafe SSL_CTX_new(method) else {
      throw TLSError("TLS: \(takeReason() ?? "OpenSSL could not be started")")
    }
    unsafe handle = made
    unsafe stickler_tls_settle(made)
  }

  deinit {
    // SAFETY: made in `init`, and sessions hold references of their own.
    unsafe SSL_CTX_free(handle)
  }

  private func show(_ files: TLSFiles) throws(TLSError) {
    guard let certificate = files.certificate, let key = files.key else {
      throw TLSError("a certificate and its key have to be given together")
    }
    guard unsafe SSL_CTX_use_certificate_chain_file(handle, certificate) == 1 else {
      throw TLSError(file: certificate)
    }
    guard unsafe SSL_CTX_use_PrivateKey_file(handle, key, SSL_FILETYPE_PEM) == 1 else {
      throw TLSError(file: key)
    }
  }

  private func trust(_ authorities: String) throws(TLSError) {
    guard unsafe SSL_CTX_load_verify_locations(handle, authorities, nil) == 1 else {
      throw TLSError(file: authorities)
    }
  }
}

/// What OpenSSL has to say of this thread's last call, in a few words; nil where it has nothing to say.
func takeReason() -> String? {
  // The first error is the cause; those behind it are by whoever met it.
  let code = ERR_get_error()
  defer { ERR_clear_error() }
  guard code != 0 else { return nil }
  let system = stickler_tls_system_error(code)
  // SAFETY: both answer strings that are copied at once.
  if system != 0 { return unsafe String(cString: strerror(system)) }
  return unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
}
