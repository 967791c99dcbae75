import Protocols

/// Feeds bytes to the reader of the affinity tester's terms, as they are and behind its magic word.
///
/// What is read as a request is written again, and must read as the same.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer passes `count` readable bytes for the time of the call.
  let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
  let term = unsafe Array(bytes)
  for message in [term, Array("maartensmagic".utf8) + term] {
    _ = try? AffinityTester.Answer(message.span)
    guard let request = try? AffinityTester.Request(message.span) else { continue }
    let again = [UInt8](capacity: 64) { request.write(to: &$0) }
    precondition((try? AffinityTester.Request(again.span)) == request, "a request changed")
  }
  return 0
}
