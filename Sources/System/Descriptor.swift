internal import Glibc

/// An open file descriptor, closed exactly once.
public struct Descriptor: ~Copyable, Sendable {
  public let number: Int32

  public init(owning number: Int32) {
    self.number = number
  }

  deinit {
    close(number)
  }
}

extension Descriptor {
  /// Sets an option whose value is an `int`.
  func set(_ option: Int32, of level: Int32, to value: Int32) -> Bool {
    var value = value
    let size = socklen_t(MemoryLayout<Int32>.size)
    // SAFETY: the kernel copies `size` bytes of `value` during the call.
    return unsafe setsockopt(number, level, option, &value, size) == 0
  }

  func option(_ option: Int32, of level: Int32) -> Int32? {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    // SAFETY: the kernel writes at most `size` bytes into `value`.
    return unsafe getsockopt(number, level, option, &value, &size) == 0 ? value : nil
  }
}
