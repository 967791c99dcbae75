/// Every failure mode that Stickler knows, in the order in which they are tested.
///
/// The first mode of a kind that holds names the case; those before it are told as ruled out.
public enum Catalogue {
  public static let modes: [Mode] = [
    // A session's change of placement: the client, then the way in, the endpoints, silence, the node, the flow's start.
    .clientRebind, .splitBrainAffinity, .probeFlap, .l2LeaderChange, .ingressNodeSwitch,
    .rollingReplacement, .notReadyFlush, .hashDisruption, .idleExpiry, .reconcilerOverreach,
    .proxyRestartFlush, .clashSplit, .perPacketSpray, .snatPortCollision, .reflectiveChurn,
    // A client whose flows were on several pods.
    .affinityKeyPerPort, .affinityTimeout, .recentListOverflow, .affinityIgnored,
    .udpSocketLbReorder,
    // Loss: who refused, what was lost of it, where it went instead, why it went nowhere.
    .rejectIcmp, .reservedSnatPort, .mtuGsoDrop, .misdelivery, .terminatingTrap, .notreadyPin,
    .staleEndpoint, .vipMoveReplyLoss, .endpointRefuses, .localNoEndpoint, .rpfilterDrop,
    .conntrackFull, .firstPacketDrop, .poisonedEntry, .fragmentLoss, .encapChecksum, .ipvsStaleRs,
    .natMapEviction, .outageMemory,
    // The source that pods see.
    .clusterSnat, .localButSnat, .replyWrongSource, .fiveTupleMerge, .hairpinSnat, .upstreamSnat,
    .affinityCollapse, .dsrWrongSource,
  ]

  /// The mode with this id or name, in any case.
  public static func mode(_ word: String) -> Mode? {
    let word = word.lowercased()
    return modes.first { $0.id.lowercased() == word || $0.name == word }
  }

  /// By letter, then number: as the catalogue is written.
  public static var inOrder: [Mode] {
    modes.sorted { left, right in
      let (leftNumber, rightNumber) = (
        Int(left.id.dropFirst()) ?? 0, Int(right.id.dropFirst()) ?? 0
      )
      return left.id.prefix(1) != right.id.prefix(1)
        ? left.id.prefix(1) < right.id.prefix(1) : leftNumber < rightNumber
    }
  }
}
