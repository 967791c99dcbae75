internal import CCurl
internal import System
internal import Wire

/// Requests under way on one thread, by a number that their owner gave them.
@safe
struct TransferPool: ~Copyable {
  private let handle: UnsafeMutableRawPointer
  private(set) var transfers: [Int: Transfer] = [:]

  private static let isReady: Bool = {
    // A write to a connection that is gone is an error of that connection alone.
    ignoreBrokenPipes()
    // Once for the process, before any other call.
    return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
  }()

  init() {
    // SAFETY: a new handle, released in deinit.
    guard Self.isReady, let handle = unsafe curl_multi_init() else {
      preconditionFailure("libcurl has no memory for its first handle")
    }
    unsafe self.handle = handle
  }

  deinit {
    // SAFETY: transfers leave the pool before either is released.
    for transfer in transfers.values { unsafe curl_multi_remove_handle(handle, transfer.handle) }
    unsafe curl_multi_cleanup(handle)
  }

  mutating func start(_ transfer: Transfer, as number: Int) {
    transfers[number] = transfer
    // SAFETY: both handles are open; the dictionary keeps the transfer for as long as it is in the pool.
    unsafe curl_multi_add_handle(handle, transfer.handle)
  }

  /// Takes a transfer out, ended or not.
  mutating func remove(_ number: Int) {
    guard let transfer = transfers.removeValue(forKey: number) else { return }
    // SAFETY: both handles are open.
    unsafe curl_multi_remove_handle(handle, transfer.handle)
  }

  /// Moves bytes, for as long as there are any; tells the transfers that ended, and how.
  mutating func move() -> [(number: Int, result: CURLcode)] {
    var running: Int32 = 0
    // SAFETY: the handle is open.
    unsafe curl_multi_perform(handle, &running)
    var ended: [(Int, CURLcode)] = []
    var result = CURLE_OK
    // SAFETY: what comes back is the handle of a transfer in the pool, compared and not followed.
    while let handle = unsafe stickler_curl_ended(handle, &result) {
      if let number = transfers.first(where: { unsafe $0.value.handle == handle })?.key {
        ended.append((number, result))
      }
    }
    return ended
  }

  /// Waits until something happens; says whether it did at the descriptor.
  func wait(_ timeout: Interval, _ descriptor: Int32?) -> Bool {
    let milliseconds = min(max(0, (timeout.nanoseconds + 999_999) / 1_000_000), 3_600_000)
    // SAFETY: the handle is open.
    return unsafe stickler_curl_wait(handle, descriptor ?? -1, Int32(milliseconds)) != 0
  }
}
