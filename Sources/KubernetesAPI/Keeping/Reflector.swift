internal import Cluster
internal import System
internal import Wire

/// What is known of one kind of object, and what to ask the API server next: a list in pages, then a watch from there on,
/// and again a list where the server no longer remembers where we were.
struct Reflector {
  static let pageSize = 500
  /// Of a list, which comes whole where it cannot come in pages; and of one object, in a line of a watch.
  private static let (longestList, longestLine) = (1 << 29, 1 << 25)
  /// An event may have been this long on its way to us, and what piled up while no watch was open comes first.
  private static let (longestDelay, settlingTime) = (Interval.seconds(2), Interval.seconds(4))

  private enum Phase: Hashable {
    /// Asking for a page; the first has no continuation.
    case listing(continuation: String)
    case watching
    case resting
  }

  let kind: ObjectKind
  private let server: String
  private let goesOn: Bool
  private var phase = Phase.listing(continuation: "")
  /// Continuations that ran out: a server too slow, or too busy, for pages is asked for all of it at once.
  private var expiredLists = 0
  private var gathered = ObjectStore()
  private var version = ""
  /// The start of a watch's line whose end has not arrived.
  private var line: [UInt8] = []
  private var startedAt = Instant(nanoseconds: 0)
  private(set) var backoff = Backoff()

  /// Nothing is asked before this.
  private(set) var notBefore = Instant(nanoseconds: 0)
  /// Everything of this kind was listed once.
  private(set) var isListed = false
  /// Since when a watch is open, so that what is known is what there is.
  private(set) var followedSince: Instant?
  /// When what is known was last known to be so.
  private(set) var confirmedAt: Timestamp?
  private(set) var failure: AccessError?
  /// Objects that were left out because they could not be read.
  private(set) var unreadable: InventoryError?

  init(_ kind: ObjectKind, of server: String, goesOn: Bool) {
    self.kind = kind
    self.server = server
    self.goesOn = goesOn
  }

  private var path: String {
    kind == .endpointSlices
      ? "/apis/discovery.k8s.io/v1/endpointslices" : "/api/v1/\(kind.rawValue)"
  }

  private var place: String { server + path }

  private var isWatching: Bool { phase == .watching }

  /// There is nothing more to ask.
  var isDone: Bool { phase == .resting }

  /// What to ask now; `nil` where there is nothing to ask.
  mutating func request(at now: Instant) -> Request? {
    guard phase != .resting, now >= notBefore else { return nil }
    startedAt = now
    switch phase {
    case .listing(let continuation):
      var query: [(String, String)] = []
      if expiredLists < 2 { query.append(("limit", "\(Self.pageSize)")) }
      if !continuation.isEmpty { query.append(("continue", continuation)) }
      return Request(path: path, query: query, timeout: nil, limit: Self.longestList)
    case .watching, .resting:
      // Watches that began together do not end together.
      let seconds = Int64.random(in: 300...600)
      return Request(
        path: path,
        query: [
          ("watch", "1"), ("allowWatchBookmarks", "true"), ("resourceVersion", version),
          ("timeoutSeconds", "\(seconds)"),
        ],
        timeout: .seconds(seconds + 30),
        limit: Self.longestList
      )
    }
  }

  // MARK: What comes back

  /// Takes what a running transfer brought; says whether anything that is kept has changed, and whether to cut it off.
  mutating func take(
    from transfer: Transfer,
    into store: inout ObjectStore,
    at time: Timestamp
  ) -> (hasChanged: Bool, isOver: Bool) {
    guard isWatching, transfer.status == 200 else { return (false, false) }
    let (now, bytes) = (Instant.now(), transfer.take())
    if followedSince == nil { (followedSince, failure) = (now, nil) }
    if !bytes.isEmpty { confirmedAt = confirmed(at: time) }
    var hasChanged = false
    line += bytes
    var start = 0
    do throws(AccessError) {
      while let end = line[start...].firstIndex(of: 0x0a) {
        let text = Array(line[start..<end])
        start = end + 1
        if !isBlank(text[...]), try apply(text, to: &store) { hasChanged = true }
      }
      line.removeSubrange(..<start)
      guard line.count < Self.longestLine else {
        throw AccessError(place, "a line of the watch that does not end", isPassing: true)
      }
      return (hasChanged, false)
    } catch {
      fail(error, at: now)
      return (hasChanged, true)
    }
  }

  /// Until when what is known certainly held, unless something has come that was not taken yet.
  func confirmed(at time: Timestamp) -> Timestamp? {
    guard let followedSince, Instant.now().since(followedSince) > Self.settlingTime else {
      return confirmedAt
    }
    return time - Self.longestDelay
  }

  /// Applies one line of a watch; throws what ends the watch.
  private mutating func apply(
    _ text: [UInt8],
    to store: inout ObjectStore
  ) throws(AccessError) -> Bool {
    let event: WatchEvent
    do throws(InventoryError) {
      event = try WatchEvent(reading: text, of: kind, named: place)
    } catch {
      listAnew()
      throw AccessError(server, error.description, isPassing: true)
    }
    backoff.reset()
    switch event {
    case .put(let object):
      version = object.resourceVersion
      return store.put(object)
    case .removed(let name, let version):
      self.version = version
      return store.remove(name, of: kind)
    case .bookmark(let version):
      self.version = version
      return false
    case .unreadable(let name, let version, let error):
      self.version = version
      unreadable = error
      return store.remove(name, of: kind)
    case .failed(let status):
      if status.isGone {
        listAnew()
        throw AccessError(place, "the watch is too old: \(status.message)", isPassing: true)
      }
      throw AccessError(place, "the watch ended: \(status.message)", isPassing: true)
    }
  }

  /// Takes the end of an answer that came whole; says whether anything that is kept has changed.
  mutating func finish(
    _ transfer: Transfer,
    of access: ClusterAccess,
    into store: inout ObjectStore,
    at time: Timestamp
  ) -> Bool {
    let now = Instant.now()
    line = []
    followedSince = nil
    guard transfer.status == 200 else {
      let status = ServerStatus(reading: transfer.take()) ?? ServerStatus(code: transfer.status)
      if transfer.status == 410 || status.isGone { listAnew() }
      fail(refusal(transfer.status, status, access), atLeast: transfer.retryAfter, at: now)
      return false
    }
    if isWatching {
      // Watches end after their time, with all that happened told; one that ends at once is not opened at once again.
      (notBefore, confirmedAt) = (now, time)
      if now.since(startedAt) < .seconds(1) { notBefore = now + wait(nil) }
      return false
    }
    do throws(InventoryError) {
      let page = try ObjectPage(reading: transfer.take(), of: kind, named: place)
      for object in page.objects { _ = gathered.put(object) }
      unreadable = page.unreadable.first ?? unreadable
      guard page.continuation.isEmpty else {
        phase = .listing(continuation: page.continuation)
        return false
      }
      version = page.resourceVersion
    } catch {
      fail(AccessError(server, "no list of \(kind.rawValue): \(error)", isPassing: true), at: now)
      return false
    }
    phase = goesOn ? .watching : .resting
    (isListed, confirmedAt, failure, expiredLists) = (true, time, nil, 0)
    backoff.reset()
    defer { gathered = ObjectStore() }
    return store.replace(kind, with: gathered)
  }

  /// Notes a failure; what is known stays, and gets older.
  mutating func fail(_ error: AccessError, atLeast asked: Interval? = nil, at now: Instant) {
    line = []
    followedSince = nil
    failure = error
    notBefore = now + wait(asked)
  }

  private mutating func wait(_ asked: Interval?) -> Interval {
    var random = SystemRandomNumberGenerator()
    return backoff.next(atLeast: asked, using: &random)
  }

  /// Begins a list from its first page, because the server no longer knows where we were.
  private mutating func listAnew() {
    if case .listing(let continuation) = phase, !continuation.isEmpty { expiredLists += 1 }
    phase = .listing(continuation: "")
    gathered = ObjectStore()
    line = []
  }

  // MARK: Words

  private func refusal(
    _ code: Int,
    _ status: ServerStatus,
    _ access: ClusterAccess
  ) -> AccessError {
    let said = status.message.isEmpty ? "" : ": \(status.message)"
    let verb = isWatching ? "watch" : "list"
    switch code {
    case 401 where server.hasPrefix("http://"):
      return AccessError(server, "asks who we are (401), which is told over https:// only")
    case 401:
      let isFile = if case .tokenFile = access.identity { true } else { false }
      return AccessError(
        server,
        "does not know us (401)\(said); renew the token or certificate of \(access.origin)",
        isPassing: isFile
      )
    case 403:
      return AccessError(
        server,
        "may not \(verb) \(kind.rawValue) (403)\(said); grant list and watch as README.md says"
      )
    case 404:
      return AccessError(
        server,
        "has no \(path) (404); is this an API server of Kubernetes 1.21 or newer?"
      )
    case 410: return AccessError(place, "too old to go on (410)\(said)", isPassing: true)
    case 300..<400:
      return AccessError(server, "sends us elsewhere (\(code)); name the API server itself")
    default:
      return AccessError(
        server,
        "cannot \(verb) \(kind.rawValue) (\(code))\(said)",
        isPassing: code == 429 || code >= 500
      )
    }
  }
}
