internal import CCurl
internal import System
internal import Wire

/// One answer of an HTTP server that is no API server of Kubernetes, whole.
public enum Download {
  private static let timeout = Interval.seconds(60)
  private static let mostBytes = 1 << 30

  /// The token, if there is one, is shown to the server.
  public static func bytes(
    of path: String,
    query: [String: String],
    at server: String,
    token: String?
  ) throws(AccessError) -> [UInt8] {
    var access = ClusterAccess(origin: server, server: server)
    if let token {
      access.identity = .token(token)
      // Whoever named both the server and the token means it; a collector listens on loopback unless told otherwise.
      access.signsInOverPlainHTTP = true
    }
    let request = Request(
      path: path,
      query: query.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) },
      timeout: timeout,
      limit: mostBytes
    )
    let transfer = try Transfer(request, to: access)
    var pool = TransferPool()
    pool.start(transfer, as: 0)
    while true {
      if let ended = pool.move().first {
        pool.remove(0)
        guard ended.result == CURLE_OK else { throw AccessError(ended.result, transfer, access) }
        break
      }
      _ = pool.wait(.seconds(1), nil)
    }
    switch transfer.status {
    case 200: return transfer.take()
    case 401, 403:
      throw AccessError(server, "it wants a token, or another one; --token-file names a file of it")
    case 404: throw AccessError(server, "there is no report yet, or this is no collector")
    case let status: throw AccessError(server, "it answers with status \(status)")
    }
  }
}
