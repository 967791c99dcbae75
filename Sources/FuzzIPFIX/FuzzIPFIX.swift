internal import Affinity
internal import Correlation
internal import Exchange
internal import Wire

/// Reads the fuzzer's bytes as IPFIX messages of one session, and analyses what they tell.
///
/// Whatever they are, nothing may trap; and what was read says the same when it is written and read again.
@c(LLVMFuzzerTestOneInput)
public func fuzzIPFIX(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer keeps `count` bytes alive at `start` for the length of this call.
  var bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  var decoder = MessageDecoder()
  decoder.files = FileNumbers(offset: 0, count: 1, unnamed: 1)
  var decoded = DecodedMessage()
  var offset = 0
  while offset + MessageHeader.byteCount <= bytes.count {
    // The length of the last message is made right, else most changes end in its being refused.
    let rest = min(bytes.count - offset, MessageHeader.mostBytes)
    var length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
    if length < MessageHeader.byteCount || length > rest {
      length = rest
      bytes[offset + 2] = UInt8(truncatingIfNeeded: length >> 8)
      bytes[offset + 3] = UInt8(truncatingIfNeeded: length)
    }
    let message = bytes.span.extracting(offset..<offset + length)
    guard decoder.decode(message, into: &decoded) else { break }
    offset += length
  }
  precondition(decoder.counts.records <= count, "a record has a byte at least")
  checkAgain(decoded)
  analyse(decoded)
  return 0
}

private func checkAgain(_ decoded: DecodedMessage) {
  var encoder = MessageEncoder(MessageEncoder.Settings(domain: 1))
  var decoder = MessageDecoder()
  var again = DecodedMessage()
  func take(_ message: [UInt8]) {
    precondition(message.count <= MessageHeader.mostBytes, "a message has a length")
    let isTaken = decoder.decode(message.span, into: &again)
    precondition(isTaken, "what we write we read")
  }
  let now = Timestamp(nanoseconds: 0)
  encoder.append(decoded.observations, at: now, take)
  for tally in decoded.tallies { encoder.append(tally, at: now, take) }
  encoder.append(ongoing: decoded.ongoing, at: now, take)
  for hello in decoded.hellos { encoder.append(hello, at: now, take) }
  for watermark in decoded.watermarks { encoder.append(watermark, at: now, take) }
  for acknowledgement in decoded.acknowledgements { encoder.append(acknowledgement, at: now, take) }
  encoder.flush(at: now, take)
  for request in decoded.requests {
    encoder.append(request, at: now, take)
    // As it is sent: alone in its message.
    encoder.flush(at: now, take)
  }
  for frame in decoded.frames { encoder.append(frame, at: now, take) }
  for end in decoded.ends { encoder.append(end, at: now, take) }
  encoder.flush(at: now, take)
  precondition(again.requests == decoded.requests, "requests stay the same")
  precondition(
    again.frames.map(\.bytes) == decoded.frames.map(\.bytes)
      && again.frames.map(\.time) == decoded.frames.map(\.time),
    "frames of a ring stay the same"
  )
  precondition(again.ends == decoded.ends, "ends of answers stay the same")
  precondition(again.observations == decoded.observations, "observations stay the same")
  precondition(again.tallies.count == decoded.tallies.count, "every tally is told")
  precondition(again.ongoing == decoded.ongoing, "runs that go on stay the same")
  precondition(again.hellos.count == decoded.hellos.count, "every hello is told")
  precondition(again.watermarks == decoded.watermarks, "watermarks stay the same")
  precondition(
    again.acknowledgements == decoded.acknowledgements,
    "acknowledgements stay the same"
  )
}

private func analyse(_ decoded: DecodedMessage) {
  var settings = ClusterAnalyst.Settings()
  settings.files = ["one", "and what it does not name"]
  var analyst = ClusterAnalyst(inventory: nil, settings: settings)
  // As if two nodes had told them by turns.
  for (index, observation) in decoded.observations.prefix(2_000).enumerated() {
    analyst.add([observation], from: index & 1)
  }
  let nodes = ["n1", "n2"].map { name in
    let coverage = Report.NodeCoverage(name: name, files: [name])
    return ObservedNode(coverage, matching: MatchCounts(), orphans: 0)
  }
  _ = analyst.report(of: nodes)
}
