public import CaptureFiles
public import LiveCapture

/// Why captures could not be read, or one of them no further.
public enum ReplayFailure: Error, Hashable, Sendable, CustomStringConvertible {
  case file(CaptureFileError)
  /// The filter cannot be compiled at all, or not for the link type of this file.
  case filter(PacketFilterError, file: String?)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .filter(let error, let file?): "\(file): \(error)"
    case .filter(let error, nil): error.description
    }
  }
}
