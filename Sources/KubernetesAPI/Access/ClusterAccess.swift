/// Where an API server is, whom it may be signed by, and who we are to it.
public struct ClusterAccess: Hashable, Sendable {
  /// Bytes that are here already, or a file that is read anew for every connection.
  public enum Material: Hashable, Sendable {
    case bytes([UInt8])
    case file(String)
  }

  /// Who we are to the server.
  public enum Identity: Hashable, Sendable {
    case nobody
    case token(String)
    /// A token that somebody else replaces before it expires: it is read anew for every request.
    case tokenFile(String)
    case password(user: String, String)
  }

  /// A certificate of ours and its key, in PEM.
  public struct ClientCertificate: Hashable, Sendable {
    public var certificate: Material
    public var key: Material

    public init(certificate: Material, key: Material) {
      self.certificate = certificate
      self.key = key
    }
  }

  /// Where all this was found, for messages: a kubeconfig's path, or the service account.
  public var origin: String
  /// Its URL, without a slash at the end.
  public var server: String
  /// Who may sign the server's certificate; the system's authorities unless given.
  public var authority: Material?
  public var acceptsAnyCertificate = false
  /// The name that the server's certificate is for, where that is not the URL's.
  public var certificateName: String?
  public var identity = Identity.nobody
  /// Whether the identity is shown on a connection that anybody on the way can read.
  public var signsInOverPlainHTTP = false
  public var clientCertificate: ClientCertificate?
  /// A proxy that the kubeconfig names; otherwise HTTPS_PROXY and NO_PROXY of the environment count.
  public var proxy: String?

  public init(origin: String, server: String) {
    self.origin = origin
    self.server = server
  }
}

/// Why the cluster could not be asked: one line that says what, where and what to do.
public struct AccessError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file or the server.
  public var place: String
  public var reason: String
  /// Trying again later may help.
  public var isPassing: Bool

  public init(_ place: String, _ reason: String, isPassing: Bool = false) {
    self.place = inOneLine(place)
    self.reason = inOneLine(reason)
    self.isPassing = isPassing
  }

  public var description: String { "\(place): \(reason)" }
}

/// Replaces control characters: servers and files say what they like, and terminals obey them.
private func inOneLine(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
    return text
  }
  var line = ""
  for scalar in text.unicodeScalars {
    line.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
  }
  return line
}
