import CommandLineKit
import Companions
import Glibc
import System
import Wire

/// A file that tells of every datagram that clients sent and every answer that they had, a JSON object a line.
///
/// It is the clients' side of the truth by which a capture of the same time can be judged.
final class DatagramLog {
  private let file: Descriptor
  private let journal: Journal

  init(_ path: String) throws(Failure) {
    // SAFETY: the path is a string that ends in a zero and stays during the call.
    let number = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw Failure("cannot create \(path)", errno: errno) }
    file = Descriptor(owning: number)
    journal = Journal(.json, descriptor: number)
  }

  func tell(_ record: ClientRecord, _ datagram: ClientRunner.Datagram) {
    var members: [(String, Journal.Value)] = [
      ("client", .number(Int(record.id))), ("local", .text(record.local.description)),
    ]
    switch datagram {
    case .sent(let sequence, let bytes):
      members.append(("sequence", .number(Int(sequence))))
      members.append(("bytes", .number(bytes)))
      journal.event("sent", at: .now(), members)
    case .answered(let answer):
      if let sequence = answer.sequence { members.append(("sequence", .number(Int(sequence)))) }
      if let pod = answer.pod { members.append(("pod", .text(pod))) }
      if let node = answer.node { members.append(("node", .text(node))) }
      if let seen = answer.reflective { members.append(("reflective", .text(seen.description))) }
      journal.event("answered", at: .now(), members)
    }
  }
}
