internal import CMicroHTTP
internal import Glibc

/// What libmicrohttpd calls, on threads of its own.
enum Callbacks {
  /// A request whose headers are there, and again when its body is over.
  static let asked: MHD_AccessHandlerCallback = {
    (owner, connection, path, method, _, _, uploaded, request) in
    guard let service = unsafe service(owner), let connection = unsafe connection,
      let path = unsafe path, let method = unsafe method, let request = unsafe request,
      let uploaded = unsafe uploaded
    else { return stickler_http_result(0) }
    let place = UInt(bitPattern: connection)
    if unsafe request.pointee == nil {
      // SAFETY: only a mark that the headers have been seen; nobody looks at what is there.
      unsafe request.pointee = unsafe headersSeen
      service.connections.note(place, .fetching)
      let header = unsafe Incoming(connection)
      let refusal = unsafe service.refusal(
        method: String(cString: method),
        bodyLength: header["Transfer-Encoding"] ?? header["Content-Length"]
      )
      if let refusal { return unsafe send(refusal, on: connection, service) }
      return stickler_http_result(1)
    }
    if unsafe uploaded.pointee != 0 {
      // A body within the limit is read and left alone, so that the connection can be used again.
      unsafe uploaded.pointee = 0
      return stickler_http_result(1)
    }
    if let later = unsafe later(request.pointee) {
      guard let answer = later.take() else {
        unsafe later.sleep(connection)
        return stickler_http_result(1)
      }
      return unsafe send(answer, on: connection, service)
    }
    let header = unsafe Incoming(connection)
    // SAFETY: the library's strings end with a zero and live as long as the request.
    let asked = unsafe header.request(String(cString: path))
    let answer = service.answer(
      asked,
      authorization: header["Authorization"],
      host: header["Host"]
    )
    if case .later(let later) = answer.content {
      // SAFETY: `completed` releases it.
      unsafe request.pointee = unsafe Unmanaged.passRetained(later).toOpaque()
      unsafe later.sleep(connection)
      service.note(later)
      return stickler_http_result(1)
    }
    return unsafe send(answer, on: connection, service)
  }

  static let completed: MHD_RequestCompletedCallback = { (owner, connection, request, _) in
    guard let service = unsafe service(owner), let connection = unsafe connection else { return }
    if let request = unsafe request {
      if let later = unsafe later(request.pointee) {
        service.forget(later)
        // SAFETY: retained when the connection was sent to sleep.
        unsafe Unmanaged.passUnretained(later).release()
      }
      unsafe request.pointee = nil
    }
    service.connections.note(UInt(bitPattern: connection), .asking)
  }

  static let connected: MHD_NotifyConnectionCallback = { (owner, connection, _, what) in
    guard let service = unsafe service(owner), let connection = unsafe connection else { return }
    let place = UInt(bitPattern: connection)
    if stickler_http_is_open(what) != 0 {
      // SAFETY: the connection has just been made.
      service.connections.open(place, descriptor: unsafe stickler_http_descriptor(connection))
    } else {
      service.connections.close(place)
    }
  }

  /// What stands for a request whose headers have been seen.
  private static var headersSeen: UnsafeMutableRawPointer? {
    // SAFETY: nobody looks at what is there.
    unsafe UnsafeMutableRawPointer(bitPattern: 1)
  }

  /// What a request waits for, if it does.
  private static func later(_ request: UnsafeMutableRawPointer?) -> LaterAnswer? {
    guard let request = unsafe request, unsafe request != headersSeen else { return nil }
    // SAFETY: everything but the mark is a retained answer.
    return unsafe Unmanaged<LaterAnswer>.fromOpaque(request).takeUnretainedValue()
  }

  private static func service(_ owner: UnsafeMutableRawPointer?) -> HTTPServicing? {
    // SAFETY: what the server was started with; it lives until the server has stopped.
    unsafe owner.map { unsafe Unmanaged<HTTPServicing>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: Sending

  private static func send(
    _ answer: HTTPAnswer,
    on connection: OpaquePointer,
    _ service: HTTPServicing
  ) -> MHD_Result {
    var answer = answer
    guard let response = unsafe response(to: &answer, connection, service) else {
      return stickler_http_result(0)
    }
    defer { unsafe MHD_destroy_response(response) }
    for (name, value) in answer.allHeaders {
      // SAFETY: the library copies both.
      _ = unsafe MHD_add_response_header(response, name, value)
    }
    service.note(answer.status)
    return unsafe MHD_queue_response(connection, UInt32(answer.status), response)
  }

  /// The library's own form of an answer; it may become another one, when too many listen already.
  private static func response(
    to answer: inout HTTPAnswer,
    _ connection: OpaquePointer,
    _ service: HTTPServicing
  ) -> OpaquePointer? {
    if case .events(let stream, let last) = answer.content {
      let listener = unsafe Listener(stream, on: connection)
      if stream.add(listener, after: last) {
        service.connections.note(UInt(bitPattern: connection), .listening)
        // SAFETY: the retained listener is released by `release`, once nobody reads any more.
        return unsafe MHD_create_response_from_callback(
          .max,
          4_096,
          read,
          Unmanaged.passRetained(listener).toOpaque(),
          release
        )
      }
      answer = .problem(503, "too many clients listen already", "end one, or ask now and then")
    }
    guard case .body(let body) = answer.content else { return nil }
    // SAFETY: the library only reads the bytes, and releases the body when it has sent them.
    return unsafe MHD_create_response_from_buffer_with_free_callback_cls(
      body.count,
      body.bytes.baseAddress,
      { body in
        if let body = unsafe body { unsafe Unmanaged<HTTPBody>.fromOpaque(body).release() }
      },
      Unmanaged.passRetained(body).toOpaque()
    )
  }

  private static let read: MHD_ContentReaderCallback = { (listener, _, buffer, room) in
    guard let listener = unsafe listener, let buffer = unsafe buffer else { return -1 }
    // SAFETY: retained until `release`; the buffer has that much room during the call.
    let reader = unsafe Unmanaged<Listener>.fromOpaque(listener).takeUnretainedValue()
    return unsafe buffer.withMemoryRebound(to: UInt8.self, capacity: room) {
      unsafe reader.stream.read(
        reader,
        into: UnsafeMutableBufferPointer(start: $0, count: room)
      )
    }
  }

  private static let release: MHD_ContentReaderFreeCallback = { listener in
    guard let listener = unsafe listener else { return }
    // SAFETY: retained when the response was made; this is its one release.
    let reader = unsafe Unmanaged<Listener>.fromOpaque(listener).takeRetainedValue()
    reader.stream.remove(reader)
  }
}
