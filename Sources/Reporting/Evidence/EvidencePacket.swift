internal import Affinity
internal import Correlation
internal import Wire

/// A frame as it is written into a file of evidence, and what is said of it.
struct EvidencePacket {
  var node: String
  /// What stands for its interface at the node, and what that is called.
  var interface: UInt32
  var interfaceName: String?
  var link: LinkType
  var direction: Packet.Direction
  var time: Timestamp
  var originalLength: UInt32
  var bytes: [UInt8]
  /// Nil for what is no datagram: an ICMP error, a later fragment.
  var sighting: Sighting?
  /// What findings say of it, and where it comes from.
  var mentions: [String] = []
  var origin: String
}

extension Report.Finding {
  /// `F-11fa61707fae, A2 proxy-restart-flush`.
  var title: String {
    let what = [mode, name].compactMap(\.self).joined(separator: " ")
    return "\(id), \(what.isEmpty ? "cause undetermined" : what)"
  }
}
