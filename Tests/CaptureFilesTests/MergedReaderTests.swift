import CaptureFiles
import Testing
import Wire

@Suite struct MergedReaderTests {
  /// A pcapng file with one interface and a record of one byte at each time, the byte being the frame number.
  private func file(_ name: String, _ times: [Int64], comment: String? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    var encoder = PcapngEncoder(application: "test", to: &bytes)
    let interface = encoder.add(
      interface: CaptureInterface(linkType: .ethernet, name: name),
      to: &bytes
    )
    for (index, time) in times.enumerated() {
      var packet = PcapngEncoder.Packet(
        time: Timestamp(nanoseconds: time),
        originalLength: 1,
        interface: interface
      )
      if let comment { packet.comments = ["\(comment) \(index + 1)"] }
      encoder.append(packet, frame: [UInt8(index + 1)].span, to: &bytes)
    }
    return bytes
  }

  /// What is merged, as `interface:frame`.
  private func merge(_ files: [[UInt8]]) throws -> [String] {
    var reader = try MergedReader(files: files.map { ("memory", $0) })
    var batch = RecordBatch()
    var merged: [String] = []
    while try reader.next(into: &batch) {
      for record in batch.records {
        #expect(batch.bytes(of: record)[0] == UInt8(record.number))
        merged.append("\(reader.interface(of: record).name ?? "?"):\(record.number)")
      }
      for annotation in batch.annotations {
        guard case .comment(let text) = annotation.content else { continue }
        let bytes = batch.bytes[Int(text.lowerBound)..<Int(text.upperBound)]
        let record = batch.records[annotation.record]
        #expect(String(decoding: bytes, as: UTF8.self) == "of frame \(record.number)")
      }
    }
    return merged
  }

  @Test func `records come by time, and at equal times in the order of the files`() throws {
    let merged = try merge([
      file("a", [1, 4, 4, 9]), file("b", [2, 4, 5], comment: "of frame"), file("c", []),
    ])
    #expect(merged == ["a:1", "b:1", "a:2", "a:3", "b:2", "b:3", "a:4"])
  }

  @Test func `a file keeps its own order where its times go back`() throws {
    #expect(
      try merge([file("a", [5, 3, 6]), file("b", [4, 7])]) == ["b:1", "a:1", "a:2", "a:3", "b:2"]
    )
  }

  @Test func `a file that is wrong is told, and the others go on`() throws {
    var wrong = file("a", [1, 2])
    wrong += [6, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]
    var reader = try MergedReader(files: [("wrong", wrong), ("right", file("b", [3, 4]))])
    var batch = RecordBatch()
    #expect(try reader.next(into: &batch))
    #expect(batch.records.map(\.time.nanoseconds) == [1, 2])
    let error = #expect(throws: CaptureFileError.self) { try reader.next(into: &batch) }
    #expect(error?.file == "wrong")
    #expect(try reader.next(into: &batch))
    #expect(batch.records.map { reader.file(of: $0) } == [1, 1])
    #expect(try !reader.next(into: &batch))
  }
}
