internal import CCurl

extension Transfer {
  /// Tells libcurl where to go, whom to trust and who we are.
  func apply(_ access: ClusterAccess, to request: Request) throws(AccessError) {
    let url = ServerURL(access.server)
    if let name = access.certificateName, let url {
      // The name in the URL is the one that the certificate is checked for; the connection goes to the server's.
      set(CURLOPT_URL, "\(url.scheme)://\(name):\(url.port)\(url.path)\(request.target)")
      setLines(CURLOPT_CONNECT_TO, ["\(name):\(url.port):\(url.host):\(url.port)"])
    } else {
      set(CURLOPT_URL, access.server + request.target)
    }
    if let proxy = access.proxy {
      set(CURLOPT_PROXY, proxy)
      set(CURLOPT_NOPROXY, "")
    } else if url?.isLoopback == true {
      // As kubectl: what runs on this machine is never behind a proxy of the environment.
      set(CURLOPT_PROXY, "")
    }
    trust(access)
    var headers = ["Accept: application/json"]
    // Who listens on a plain connection would be us from then on.
    if url?.scheme == "https" || access.signsInOverPlainHTTP { try signIn(access, &headers) }
    setLines(CURLOPT_HTTPHEADER, headers)
  }

  private func trust(_ access: ClusterAccess) {
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if access.acceptsAnyCertificate {
      set(CURLOPT_SSL_VERIFYPEER, 0)
      set(CURLOPT_SSL_VERIFYHOST, 0)
    }
    guard let authority = access.authority else { return }
    // The cluster's own authority instead of the system's, not beside them.
    set(CURLOPT_CAPATH, nil)
    set(CURLOPT_CAINFO, nil)
    switch authority {
    case .bytes(let bytes): set(CURLOPT_CAINFO_BLOB, bytes)
    case .file(let path): set(CURLOPT_CAINFO, path)
    }
  }

  private func signIn(_ access: ClusterAccess, _ headers: inout [String]) throws(AccessError) {
    if let client = access.clientCertificate {
      switch client.certificate {
      case .bytes(let bytes): set(CURLOPT_SSLCERT_BLOB, bytes)
      case .file(let path): set(CURLOPT_SSLCERT, path)
      }
      switch client.key {
      case .bytes(let bytes): set(CURLOPT_SSLKEY_BLOB, bytes)
      case .file(let path): set(CURLOPT_SSLKEY, path)
      }
    }
    switch access.identity {
    case .nobody: break
    case .token(let token):
      headers.append("Authorization: Bearer \(token.filter { !$0.isWhitespace })")
    case .tokenFile(let path):
      let text = String(decoding: try bytes(ofSmallFile: path), as: UTF8.self)
      let token = text.filter { !$0.isWhitespace }
      guard !token.isEmpty else { throw AccessError(path, "no token in it", isPassing: true) }
      headers.append("Authorization: Bearer \(token)")
    case .password(let user, let password):
      set(CURLOPT_USERNAME, user)
      set(CURLOPT_PASSWORD, password)
    }
  }
}

/// The parts of a server's URL.
struct ServerURL {
  var scheme: String
  /// With brackets where it is an IPv6 address.
  var host: String
  var port: Int
  var path: String

  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[1].isEmpty, parts[0].last == ":" else { return nil }
    scheme = parts[0].dropLast().lowercased()
    path = parts.count == 4 ? "/" + parts[3] : ""
    let authority = parts[2]
    let end = authority.lastIndex(of: "]").map(authority.index(after:)) ?? authority.startIndex
    let colon = authority[end...].lastIndex(of: ":")
    host = String(authority[..<(colon ?? authority.endIndex)])
    let standard = scheme == "https" ? 443 : 80
    guard let port = colon.map({ Int(authority[authority.index(after: $0)...]) }) ?? standard else {
      return nil
    }
    self.port = port
  }

  var isLoopback: Bool {
    host == "localhost" || host == "[::1]" || host.hasPrefix("127.")
  }
}
