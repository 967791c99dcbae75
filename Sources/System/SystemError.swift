internal import Glibc

/// A system call that failed: what was tried, and the kernel's reason.
public struct SystemError: Error, Hashable, Sendable {
  /// What was tried, with its object: `bind [::]:20001`.
  public var operation: String
  /// The `errno` that came back.
  public var code: Int32

  public init(_ operation: String, code: Int32) {
    self.operation = operation
    self.code = code
  }

  /// The failure that the calling thread just met.
  init(_ operation: String) {
    self.init(operation, code: errno)
  }
}

extension SystemError: CustomStringConvertible {
  public var description: String { "\(operation): \(reason)" }

  /// What the code stands for, in the system's words.
  public var reason: String {
    // SAFETY: strerror answers a string for every number; it is copied before another call can change it.
    unsafe String(cString: strerror(code))
  }
}

extension SystemError {
  public var isAddressInUse: Bool { code == EADDRINUSE }
  public var isRefused: Bool { code == ECONNREFUSED }
  public var isPermissionDenied: Bool { code == EACCES || code == EPERM }
}
