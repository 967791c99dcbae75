internal import KubernetesAPI

/// Feeds any bytes to the kubeconfig's reader, and asks for a context of what comes of them.
///
/// Whatever is read must not trap, and whatever is refused must be told in one line.
@c(LLVMFuzzerTestOneInput)
public func fuzzKubeconfig(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer keeps `count` bytes alive at `start` for the length of this call.
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  do throws(AccessError) {
    let kubeconfig = try Kubeconfig(bytes, named: "fuzz")
    _ = try kubeconfig.access()
  } catch {
    precondition(!error.description.contains("\n"), "a message of one line")
  }
  return 0
}
