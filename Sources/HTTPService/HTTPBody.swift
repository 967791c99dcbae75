/// The bytes of an answer, held once however many clients are being sent them.
@safe
public final class HTTPBody: @unchecked Sendable {
  let bytes: UnsafeMutableBufferPointer<UInt8>

  public init(_ bytes: [UInt8]) {
    // SAFETY: the memory is ours until `deinit`; nobody writes to it after this.
    unsafe self.bytes = .allocate(capacity: bytes.count)
    _ = unsafe self.bytes.initialize(from: bytes)
  }

  deinit {
    // SAFETY: whoever reads the bytes holds a reference, so nobody does.
    unsafe bytes.deallocate()
  }

  public var count: Int { unsafe bytes.count }
}
