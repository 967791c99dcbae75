internal import CCurl

extension AccessError {
  /// Why a transfer ended before its answer was whole.
  init(_ result: CURLcode, _ transfer: Transfer, _ access: ClusterAccess) {
    let detail = transfer.detail
    let said = detail.isEmpty ? "" : ": \(detail)"
    let server = access.server
    switch result {
    case CURLE_COULDNT_RESOLVE_HOST:
      self.init(server, "no such host\(said); check server in \(access.origin)", isPassing: true)
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY:
      self.init(
        server,
        "the proxy is no help\(said); check proxy-url or HTTPS_PROXY",
        isPassing: true
      )
    case CURLE_COULDNT_CONNECT:
      self.init(
        server,
        "no connection\(said); is it up, and to be reached from here?",
        isPassing: true
      )
    case CURLE_PEER_FAILED_VERIFICATION where detail.contains("subject name"):
      self.init(
        server,
        "the certificate is for another name\(said); check server, or set tls-server-name, in \(access.origin)"
      )
    case CURLE_PEER_FAILED_VERIFICATION:
      let signer =
        switch access.authority {
        case .file(let path): path
        case .bytes: "certificate-authority-data of \(access.origin)"
        case nil: "an authority that this system trusts"
        }
      self.init(
        server,
        "its certificate is not signed by \(signer)\(said); is this the right cluster, and the right CA?"
      )
    case CURLE_SSL_CACERT_BADFILE:
      self.init(
        server,
        "the CA cannot be read\(said); check certificate-authority in \(access.origin)"
      )
    case CURLE_SSL_CERTPROBLEM:
      self.init(
        server,
        "the client certificate cannot be used\(said); check client-certificate and client-key in \(access.origin)"
      )
    case CURLE_OPERATION_TIMEDOUT:
      self.init(server, "no answer in time\(said)", isPassing: true)
    case CURLE_WRITE_ERROR where transfer.isTooLong:
      self.init(server, "an answer too long for a list of objects; is this an API server?")
    case CURLE_URL_MALFORMAT:
      self.init(server, "no URL of a server\(said); check server in \(access.origin)")
    default:
      self.init(server, "the connection broke\(said)", isPassing: true)
    }
  }
}
