import Companions
import Protocols
import System
import Wire

/// Feeds bytes to both readers of STUN, to who only listens, and to a server that answers everything by content.
///
/// Whatever comes, nothing traps, and no answer is longer than the request by more than the allowance.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer passes `count` readable bytes for the time of the call.
  let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
  let request = unsafe Array(bytes)
  _ = try? StunRequest(request.span)
  let stun = try? StunAnswer(request.span)
  if case .answer(let statement) = Saying(request.span, ofLength: count),
    statement.language == .stun, let stun
  {
    precondition(statement.seenSource == stun.reflective, "who listens hears another thing")
  }
  // As a capture that was cut holds it.
  _ = Saying(request.span, ofLength: count + 16)
  _ = LeaderMessage.isLikely(request.span)
  _ = try? LeaderMessage(request.span, key: nil, at: Timestamp(nanoseconds: 0))
  _ = HTTPRequest.read(request)
  var engine = EchoEngine(configuration)
  let answer = [UInt8](capacity: DatagramBatch.answerLength) { output in
    _ = engine.answer(
      request.span,
      from: Endpoint(IPAddress(v4: 0xc000_0207), 40_000),
      to: Endpoint(IPAddress(v4: 0xc000_0201), 3_478),
      with: [.stun, .affinity, .words, .banner],
      at: Instant(nanoseconds: 1),
      time: Timestamp(nanoseconds: 0),
      output: &output
    )
  }
  precondition(answer.count <= count + EchoEngine.allowance, "an answer amplifies its request")
  return 0
}

private let configuration: EchoEngine.Configuration = {
  var configuration = EchoEngine.Configuration(
    pod: "echo-0",
    node: "n1",
    hostName: "echo-0",
    software: "stickler-echo",
    seed: 1
  )
  configuration.sources = 8
  configuration.answersPerSecond = 0
  return configuration
}()
