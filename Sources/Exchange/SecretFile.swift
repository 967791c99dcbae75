internal import System

/// Secrets that programs are given in files.
public enum SecretFile {
  /// Why a file holds none: one line.
  public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// The bytes of a file without the blanks at its end.
  public static func secret(_ path: String) throws(Problem) -> [UInt8] {
    do throws(SystemError) {
      var secret = try bytes(ofSmallFile: path)
      while let last = secret.last, last == 0x0a || last == 0x0d || last == 0x20 {
        secret.removeLast()
      }
      return secret
    } catch {
      throw Problem(description: error.description)
    }
  }

  /// What an agent shows its collector, or a reader shows a server.
  public static func token(_ path: String) throws(Problem) -> String {
    let token = try secret(path)
    guard (1...AgentHello.mostTokenBytes).contains(token.count),
      token.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else {
      throw Problem(
        description:
          "\(path): a token is up to \(AgentHello.mostTokenBytes) printable characters without blanks; make one by: "
          + "openssl rand -hex 32"
      )
    }
    return String(decoding: token, as: UTF8.self)
  }
}
