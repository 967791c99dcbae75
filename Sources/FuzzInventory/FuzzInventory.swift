internal import Cluster
internal import JSONText
internal import Wire

/// Feeds any bytes to the inventory's reader and asks the history that comes of them.
///
/// Whatever is read must not trap, and whatever is refused must be told in one line.
@c(LLVMFuzzerTestOneInput)
public func fuzzInventory(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer keeps `count` bytes alive at `start` for the length of this call.
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  readTree(bytes)
  readAnswers(bytes)
  do throws(InventoryError) {
    // A second snapshot, of what the first half of the text holds, makes changes.
    let whole = try ClusterSnapshot(reading: bytes, named: "fuzz")
    let half = try? ClusterSnapshot(reading: Array(bytes.prefix(count / 2)), named: "fuzz")
    var writer = JSONWriter(.compact)
    whole.write(to: &writer)
    ask(ClusterHistory([whole] + (half.map { [$0] } ?? []) + [whole]))
  } catch {
    precondition(!error.description.contains("\n"), "a message of one line")
  }
  return 0
}

/// What is read as a tree is written and read again as the same.
private func readTree(_ bytes: [UInt8]) {
  guard let tree = try? JSONValue(bytes) else { return }
  for style in [JSONWriter.Style.compact, .pretty] {
    var writer = JSONWriter(style)
    writer.value(tree)
    let again = try? JSONValue(writer.bytes)
    precondition(again == tree, "written and read again")
  }
}

/// What an API server may answer: pages of every kind, and lines of a watch.
private func readAnswers(_ bytes: [UInt8]) {
  var store = ObjectStore()
  for kind in ObjectKind.allCases {
    for object in (try? ObjectPage(reading: bytes, of: kind, named: "fuzz"))?.objects ?? [] {
      _ = store.put(object)
    }
    switch try? WatchEvent(reading: bytes, of: kind, named: "fuzz") {
    case .put(let object): _ = store.put(object)
    case .removed(let name, _), .unreadable(let name, _, _): _ = store.remove(name, of: kind)
    case .bookmark, .failed, nil: break
    }
  }
  _ = ServerStatus(reading: bytes)
  let kinds = ClusterSnapshot.Kinds(ObjectKind.allCases.map(\.kinds))
  let time = Timestamp(nanoseconds: 1_795_220_636_000_000_000)
  _ = ClusterHistory([store.snapshot(takenAt: time, kinds: kinds)])
}

private func ask(_ history: ClusterHistory) {
  let time = Timestamp(nanoseconds: 1_795_220_636_000_000_000)
  for index in history.servicePorts.indices {
    let port = ServicePortID(index: Int32(index))
    let transport = history.servicePort(port).port.transport
    for change in history.changes(ofEndpointsOf: port) {
      let endpoint = change.record.endpoint
      _ = history.membership(of: endpoint, in: port, time: time)
      _ = history.directFront(at: endpoint, over: transport, time: time)
      _ = history.pod(at: endpoint, over: transport, time: time)
    }
    _ = history.endpoints(of: port, at: time)
    let service = history.servicePort(port).service
    _ = history.changes(of: service)
    for front in history.service(service, at: time)?.fronts ?? [] {
      _ = history.front(at: front.endpoint, over: transport, time: time)
    }
  }
  for pod in history.pods {
    for address in pod.addresses { _ = history.owner(of: address, time: time) }
  }
}
