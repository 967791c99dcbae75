internal import CMicroHTTP

/// What a connection's request brought along.
@safe
struct Incoming {
  private let connection: OpaquePointer

  init(_ connection: OpaquePointer) {
    unsafe self.connection = connection
  }

  /// A header's value; names are the same in either case.
  subscript(_ name: String) -> String? {
    // SAFETY: the string lives as long as the request, and is copied.
    unsafe stickler_http_header(connection, name).map {
      unsafe String(cString: $0)
    }
  }

  func request(_ path: String) -> HTTPRequest {
    var request = HTTPRequest(path: path)
    request.knownTag = self["If-None-Match"]
    request.lastEvent = self["Last-Event-ID"].flatMap { UInt64($0) }
    // SAFETY: the iterator is called during this call only, with strings that it copies.
    unsafe withUnsafeMutablePointer(to: &request.query) { query in
      unsafe stickler_http_query(
        connection,
        { (query, _, name, value) in
          guard let query = unsafe query, let name = unsafe name else {
            return stickler_http_result(0)
          }
          let list = unsafe query.assumingMemoryBound(
            to: [(name: String, value: String)].self
          )
          let text = unsafe value.map { unsafe String(cString: $0) } ?? ""
          unsafe list.pointee.append((String(cString: name), text))
          return stickler_http_result(1)
        },
        query
      )
    }
    return request
  }
}
