internal import CLinux
internal import Glibc

/// SIGTERM and SIGINT as a descriptor that becomes readable, so that a loop ends between two datagrams.
public struct StopSignals: ~Copyable {
  private let descriptor: Descriptor

  /// Takes the signals over for the whole process; to be made before a second thread exists.
  public init() throws(SystemError) {
    ignoreBrokenPipes()
    let number = stickler_stop_signals()
    guard number >= 0 else { throw SystemError("create a signal descriptor") }
    descriptor = Descriptor(owning: number)
  }

  public var number: Int32 { descriptor.number }

  /// The signal that came, if one did.
  public func take() -> Int32? {
    let signal = stickler_take_signal(descriptor.number)
    return signal == 0 ? nil : signal
  }
}

/// Makes a write to a closed pipe or connection an error of that write alone.
public func ignoreBrokenPipes() {
  _ = signal(SIGPIPE, SIG_IGN)
}
