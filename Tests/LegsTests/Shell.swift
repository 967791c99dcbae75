import Glibc

/// The programs of this build, beside the test runner.
let programs = {
  var buffer = [CChar](repeating: 0, count: 4_096)
  // SAFETY: readlink writes at most one byte less than the buffer has, which stays terminated.
  let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
  let path = String(
    decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)),
    as: UTF8.self
  )
  return path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
}()

/// The top of the repository, from where this file lies.
let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

/// What a shell command printed to standard output, and its exit code.
func shell(_ command: String) -> (output: String, status: Int32) {
  // SAFETY: popen copies the command; the stream is closed below and used nowhere else.
  guard let stream = unsafe popen("cd '\(repository)'; \(command)", "r") else { return ("", -1) }
  var text: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    // SAFETY: fread writes at most `buffer.count` bytes into the buffer.
    let count = unsafe fread(&buffer, 1, buffer.count, stream)
    guard count > 0 else { break }
    text += buffer.prefix(count)
  }
  let status = unsafe pclose(stream)
  return (String(decoding: text, as: UTF8.self), status >> 8 & 0xff)
}

/// The folders of recordings.
let cases = shell("ls -d captures/*/legs.txt").output.split(separator: "\n").map {
  String($0.split(separator: "/")[1])
}
