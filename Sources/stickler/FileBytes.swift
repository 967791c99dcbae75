import CommandLineKit
import Glibc
import System

/// Reads a whole file; `-` is standard input.
func bytes(ofFile path: String) throws(Failure) -> [UInt8] {
  // SAFETY: open reads the path, which Swift keeps alive as a C string for the call.
  let descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw Failure(path, errno: errno) }
  defer { if descriptor > 0 { close(descriptor) } }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 18)
  while true {
    // SAFETY: read fills at most the block, which it does not keep.
    let count = unsafe read(descriptor, &block, block.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw Failure(path, errno: errno) }
    guard count > 0 else { return bytes }
    bytes += block[..<count]
  }
}

/// Whether there is anything at a path.
func isThere(_ path: String) -> Bool {
  // SAFETY: access reads the path, which Swift keeps alive as a C string for the call.
  unsafe access(path, F_OK) == 0
}

/// Whether a path names a directory; one that is not there is none.
func isDirectory(_ path: String) -> Bool {
  var status = stat()
  // SAFETY: the system fills the structure, and keeps no pointer to it or to the path.
  return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The plain files of a directory, as paths that begin with its own, in the order of their names; hidden ones are left
/// out.
func plainFiles(ofDirectory path: String) throws(Failure) -> [String] {
  try entries(ofDirectory: path).filter { !isDirectory($0) }
}

/// The folders of a directory, like its plain files.
func folders(ofDirectory path: String) throws(Failure) -> [String] {
  try entries(ofDirectory: path).filter(isDirectory)
}

private func entries(ofDirectory path: String) throws(Failure) -> [String] {
  let found: [String]
  do throws(SystemError) {
    found = try names(inFolder: path)
  } catch {
    throw Failure(path, errno: error.code)
  }
  let prefix = path.hasSuffix("/") ? path : path + "/"
  return found.filter { !$0.hasPrefix(".") }.map { prefix + $0 }.sorted()
}

/// Whether a file begins as a capture does: pcap, pcapng, or one of them compressed.
func beginsAsCapture(_ path: String) -> Bool {
  // SAFETY: open reads the path, which Swift keeps alive as a C string for the call.
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  var head = [UInt8](repeating: 0, count: 4)
  // SAFETY: read fills at most these four bytes.
  guard unsafe read(descriptor, &head, 4) == 4 else { return false }
  let starts: [[UInt8]] = [
    [0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0xc3, 0xd4], [0x4d, 0x3c, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d], [0x0a, 0x0d, 0x0d, 0x0a], [0x28, 0xb5, 0x2f, 0xfd],
  ]
  return starts.contains(head) || head.starts(with: [0x1f, 0x8b])
}
