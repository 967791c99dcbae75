internal import Glibc

/// The files of a folder that are named by their place among them: `0000000042.ipfix`.
public struct NumberedFiles: Sendable {
  private let directory: String
  private let ending: String
  private static let digits = 10

  public init(in directory: String, ending: String) {
    self.directory = directory
    self.ending = ending
  }

  public func path(of number: UInt64) -> String {
    let number = String(number)
    let zeros = String(repeating: "0", count: max(0, Self.digits - number.utf8.count))
    return "\(directory)/\(zeros)\(number)\(ending)"
  }

  /// The numbers of those that are there, the lowest first; what is called otherwise is not ours.
  public func numbers() throws(SystemError) -> [UInt64] {
    var numbers: [UInt64] = []
    for name in try names(inFolder: directory) {
      guard name.hasSuffix(ending), name.utf8.count == Self.digits + ending.utf8.count,
        let number = UInt64(name.dropLast(ending.utf8.count))
      else { continue }
      numbers.append(number)
    }
    return numbers.sorted()
  }

  /// Removes one; what cannot be removed is found again.
  public func remove(_ number: UInt64) {
    // SAFETY: the path outlives the call.
    unsafe unlink(path(of: number))
  }
}
