internal import CMicroHTTP
internal import Glibc
internal import System
public import Wire

/// An HTTP server for a handful of readers: JSON, pages, metrics, and what happens as it happens.
///
/// It only ever tells: every method but GET and HEAD is refused. A few threads serve all connections, so that slow clients
/// cost no more than their place, and those have a limit and an end.
@safe
public final class HTTPServer: @unchecked Sendable {
  private let service: HTTPServicing
  /// The library's own; it locks what threads share.
  private let daemon: OpaquePointer
  private let keeper: Worker
  private let stopping: Waker
  /// Where it listens, with the port that was found.
  public let endpoint: Endpoint

  /// Serves until `stop`; `streams` are those that routes answer with.
  public convenience init(
    at endpoint: Endpoint,
    access: HTTPAccess,
    routes: [HTTPRoute],
    streams: [EventStream] = [],
    limits: HTTPLimits = HTTPLimits()
  ) throws(HTTPFailure) {
    let service = HTTPServicing(access, routes, streams, limits)
    do throws(SystemError) {
      try self.init(at: endpoint, service)
    } catch {
      let hint =
        error.isAddressInUse
        ? "; something else listens there: choose another port"
        : error.isPermissionDenied ? "; ports below 1024 need root: choose another" : ""
      throw HTTPFailure("\(error)\(hint)")
    }
  }

  private init(at endpoint: Endpoint, _ service: HTTPServicing) throws(SystemError) {
    let listener = try TCPListener(bind: endpoint)
    // The library closes the socket that it is given, and the listener its own.
    let socket = fcntl(listener.number, F_DUPFD_CLOEXEC, 0)
    guard socket >= 0 else { throw SystemError("listen on TCP \(endpoint)", code: errno) }
    guard let daemon = unsafe Self.start(socket, service) else {
      let code = errno
      close(socket)
      throw SystemError("start the HTTP server at \(endpoint)", code: code)
    }
    let stopping: Waker
    do throws(SystemError) {
      stopping = try Waker()
      keeper = try Worker { service.keep(until: stopping) }
    } catch {
      // SAFETY: started above, and nobody else's.
      unsafe MHD_stop_daemon(daemon)
      throw error
    }
    self.service = service
    unsafe self.daemon = daemon
    self.stopping = stopping
    self.endpoint = listener.local
  }

  /// Ends every connection, and returns when the last thread is gone; to be called once.
  public func stop() {
    stopping.wake()
    keeper.join()
    service.stop()
    // SAFETY: started in `init`; no listener sleeps any more, which the library asks for.
    unsafe MHD_stop_daemon(daemon)
  }

  public var tally: HTTPTally { service.tally }

  private static func start(_ socket: Int32, _ service: HTTPServicing) -> OpaquePointer? {
    let limits = service.limits
    // SAFETY: the server keeps the service for longer than the library can call it.
    return unsafe stickler_http_start(
      stickler_http_settings(
        socket: socket,
        connections: UInt32(limits.connections),
        threads: UInt32(limits.threads),
        idle_seconds: UInt32(max(1, limits.patience.nanoseconds / 1_000_000_000)),
        header: limits.header,
        asked: Callbacks.asked,
        completed: Callbacks.completed,
        connected: Callbacks.connected,
        owner: Unmanaged.passUnretained(service).toOpaque()
      )
    )
  }
}
