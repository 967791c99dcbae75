import Testing

@Suite struct `The decode loop` {
  /// Only optimized code is held to it (`swift test -c release`, `make bench`): generic code that is not specialized
  /// allocates as it goes.
  @Test(.enabled(if: isOptimized))
  func `allocates as often for a million packets as for a thousand`() {
    let check = shell("'\(programs)/AllocationCheck'")
    #expect(check.status == 0, "\(check.output)")
    #expect(check.output.split(separator: "\n").count == 6)
  }
}

#if DEBUG
private let isOptimized = false
#else
private let isOptimized = true
#endif
