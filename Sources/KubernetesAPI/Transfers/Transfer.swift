internal import CCurl
internal import Wire

/// One request under way, and what has come of its answer.
///
/// A class, because libcurl keeps its address for the bytes that arrive.
@safe
final class Transfer {
  let handle: UnsafeMutableRawPointer
  /// What options refer to without a copy.
  private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []
  private let message: UnsafeMutablePointer<CChar>
  private var received: [UInt8] = []
  private let limit: Int
  private(set) var isTooLong = false

  init(_ request: Request, to access: ClusterAccess) throws(AccessError) {
    // SAFETY: a new handle, released in deinit.
    guard let handle = unsafe curl_easy_init() else {
      throw AccessError(access.server, "libcurl has no memory left", isPassing: true)
    }
    unsafe self.handle = handle
    unsafe message = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    limit = request.limit
    // SAFETY: the buffer and this object outlive the handle, which deinit releases first.
    _ = unsafe stickler_curl_tell(handle, message)
    _ = unsafe stickler_curl_receive(
      handle,
      { bytes, _, count, owner in
        guard let bytes = unsafe bytes, let owner = unsafe owner else { return 0 }
        // SAFETY: libcurl calls this only while the transfer is in the pool, which holds it; `count` bytes are there.
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue()
        let all = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        return unsafe transfer.keep(all) ? count : 0
      },
      Unmanaged.passUnretained(self).toOpaque()
    )
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_PROTOCOLS_STR, "https,http")
    set(CURLOPT_USERAGENT, "stickler")
    set(CURLOPT_CONNECTTIMEOUT, 10)
    // A server that is gone is noticed by these where nothing else would ever be sent.
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_TCP_KEEPIDLE, 30)
    set(CURLOPT_TCP_KEEPINTVL, 10)
    if let timeout = request.timeout {
      set(CURLOPT_TIMEOUT_MS, Int(timeout.nanoseconds / 1_000_000))
    } else {
      set(CURLOPT_LOW_SPEED_LIMIT, 1)
      set(CURLOPT_LOW_SPEED_TIME, 30)
      set(CURLOPT_ACCEPT_ENCODING, "gzip")
    }
    try apply(access, to: request)
  }

  deinit {
    // SAFETY: each was made by init and is not used again; the handle goes first, because it refers to the others.
    unsafe curl_easy_cleanup(handle)
    while let list = unsafe lists.popLast() { unsafe curl_slist_free_all(list) }
    unsafe message.deallocate()
  }

  // MARK: The answer

  /// The HTTP status; 0 before there is one.
  var status: Int { unsafe stickler_curl_status(handle) }

  /// How long the server asks to be left alone.
  var retryAfter: Interval? {
    let seconds = unsafe stickler_curl_retry_after(handle)
    return seconds > 0 ? .seconds(Int64(min(seconds, 3_600))) : nil
  }

  /// What libcurl says of a failure.
  var detail: String { unsafe String(cString: message) }

  /// Takes what has arrived since the last time.
  func take() -> [UInt8] {
    defer { received = [] }
    return received
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) -> Bool {
    isTooLong = received.count + bytes.count > limit
    guard !isTooLong else { return false }
    unsafe received.append(contentsOf: bytes)
    return true
  }

  // MARK: Options

  func set(_ option: CURLoption, _ number: Int) {
    // SAFETY: the handle is open; every option that is set by this takes a long.
    _ = unsafe stickler_curl_number(handle, option, number)
  }

  func set(_ option: CURLoption, _ text: String?) {
    // SAFETY: libcurl copies the text.
    _ = unsafe stickler_curl_text(handle, option, text)
  }

  func set(_ option: CURLoption, _ bytes: [UInt8]) {
    // SAFETY: libcurl copies the bytes.
    _ = unsafe stickler_curl_bytes(handle, option, bytes, bytes.count)
  }

  /// Sets an option whose value is a list of lines, which lives as long as the handle.
  func setLines(_ option: CURLoption, _ lines: [String]) {
    var list: UnsafeMutablePointer<curl_slist>?
    // SAFETY: libcurl copies each line; of a list without memory nothing is lost but the rest.
    for line in lines { unsafe list = curl_slist_append(list, line) ?? list }
    unsafe stickler_curl_lines(handle, option, list)
    if let list = unsafe list { unsafe lists.append(list) }
  }
}
