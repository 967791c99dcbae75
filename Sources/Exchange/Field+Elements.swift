/// How the bytes of a field are to be read.
enum Coding: UInt8, Sendable {
  case unsigned
  /// 1 is true, 2 is false (RFC 7011, 6.1.5).
  case boolean
  case address4
  case address6
  /// Seconds since 1900 and a fraction (RFC 7011, 6.1.10).
  case ntp
  /// Since 1970; written for those who do not read the former, and not read.
  case milliseconds
  /// Of variable length.
  case text
}

/// A field as one family and one kind of clock have it in a template.
struct Column: Hashable, Sendable {
  static let variableLength = UInt16.max

  var field: Field
  var element: InformationElement
  var coding: Coding
  var length: UInt16
}

extension Field {
  /// An element for IPv4, and one for IPv6.
  private typealias Pair = (v4: InformationElement, v6: InformationElement)

  /// The element for addresses, or nil where the field is no address.
  private var addresses: Pair? {
    switch self {
    case .source: (.init(8), .init(27))
    case .destination: (.init(12), .init(28))
    case .resultSource: (.init(225), .init(281))
    case .resultDestination: (.init(226), .init(282))
    case .reverseResultSource: (.reverse(225), .reverse(281))
    case .reverseResultDestination: (.reverse(226), .reverse(282))
    case .originSource: (.own(20), .own(21))
    case .originDestination: (.own(23), .own(24))
    case .reverseOriginSource: (.own(26), .own(27))
    case .reverseOriginDestination: (.own(29), .own(30))
    case .innerSource: (.own(32), .own(33))
    case .innerDestination: (.own(35), .own(36))
    case .refuser: (.own(39), .own(40))
    case .seenSource: (.own(42), .own(43))
    case .server: (.own(45), .own(46))
    default: nil
    }
  }

  /// The elements of a time: as nanoseconds, as milliseconds, and beyond what NTP can say.
  ///
  /// nfcapd 1.7 takes a reverse direction's milliseconds for the flow's own, so that these are not told.
  private var times: (InformationElement, InformationElement?, InformationElement)? {
    switch self {
    case .first: (.init(156), .init(152), .own(60))
    case .last: (.init(157), .init(153), .own(61))
    case .reverseFirst: (.reverse(156), nil, .own(62))
    case .reverseLast: (.reverse(157), nil, .own(63))
    case .time: (.init(325), .init(323), .own(64))
    default: nil
    }
  }

  /// The element of a number and its length; nil for what is none.
  private var number: (element: InformationElement, length: UInt16)? {
    switch self {
    case .kind: (.own(1), 1)
    case .sourcePort: (.init(7), 2)
    case .destinationPort: (.init(11), 2)
    case .transport: (.init(4), 1)
    case .datagrams: (.init(2), 4)
    case .reverseDatagrams: (.reverse(2), 4)
    case .matched: (.own(2), 4)
    case .reverseMatched: (.own(3), 4)
    case .firstWitness: (.own(4), 8)
    case .lastWitness: (.own(5), 8)
    case .reverseFirstWitness: (.own(6), 8)
    case .reverseLastWitness: (.own(7), 8)
    case .resultSourcePort: (.init(227), 2)
    case .resultDestinationPort: (.init(228), 2)
    case .reverseResultSourcePort: (.reverse(227), 2)
    case .reverseResultDestinationPort: (.reverse(228), 2)
    case .originSourcePort: (.own(22), 2)
    case .originDestinationPort: (.own(25), 2)
    case .reverseOriginSourcePort: (.own(28), 2)
    case .reverseOriginDestinationPort: (.own(31), 2)
    case .innerSourcePort: (.own(34), 2)
    case .innerDestinationPort: (.own(37), 2)
    case .innerTransport: (.own(38), 1)
    case .seenSourcePort: (.own(44), 2)
    case .serverPort: (.own(47), 2)
    case .leastHopLimit: (.init(52), 1)
    case .mostHopLimit: (.init(53), 1)
    case .traits: (.own(9), 2)
    case .translationEvent: (.init(230), 1)
    case .payloadLength: (.init(231), 4)
    case .hardware: (.init(56), 6)
    case .complete: (.own(11), 4)
    case .partial: (.own(12), 4)
    case .digest: (.init(326), 8)
    case .language: (.own(41), 1)
    case .domain: (.init(149), 4)
    case .frames: (.init(86), 8)
    case .dropped: (.init(135), 8)
    case .malformed: (.own(70), 8)
    case .truncated: (.own(71), 8)
    case .leastPayload: (.own(72), 4)
    case .sightings: (.own(73), 8)
    case .repeats: (.own(74), 8)
    case .ambiguous: (.own(75), 8)
    case .unmatched: (.own(76), 8)
    case .evicted: (.own(77), 8)
    case .orphans: (.own(78), 8)
    case .byIdentity: (.own(79), 8)
    case .byPrefix: (.own(80), 8)
    case .byResidue: (.own(81), 8)
    case .byFlow: (.own(82), 8)
    case .byInventory: (.own(83), 8)
    case .file: (.own(84), 4)
    case .received: (.own(87), 8)
    case .missed: (.own(88), 8)
    case .refused: (.own(89), 8)
    case .unsent: (.own(98), 8)
    case .version: (.own(91), 1)
    case .epoch: (.own(92), 8)
    case .sequence: (.own(95), 8)
    case .untold: (.own(97), 8)
    case .unansweredTimeout: (.own(110), 8)
    case .streamTimeout: (.own(111), 8)
    case .entries: (.own(112), 4)
    case .entryLimit: (.own(113), 4)
    case .refusedInsertions: (.own(114), 8)
    case .refusedPackets: (.own(115), 8)
    case .strictCount: (.own(116), 4)
    case .strictDrops: (.own(118), 8)
    case .clockError: (.own(120), 8)
    case .proxyMode: (.own(121), 1)
    case .proxyStart: (.own(122), 8)
    case .request: (.own(130), 8)
    case .mostFrames: (.own(131), 4)
    case .mostBytes: (.own(132), 8)
    case .frameNumber: (.own(133), 8)
    case .linkType: (.own(134), 2)
    case .frameLength: (.init(312), 2)
    case .outcome: (.own(135), 1)
    case .framesTold: (.own(136), 4)
    case .ringBytes: (.own(139), 8)
    default: nil
    }
  }

  /// The element of what is true or false.
  private var flag: InformationElement? {
    switch self {
    case .isFirst: .own(8)
    case .isLeading: .own(10)
    case .isOngoing: .own(13)
    case .isNameGiven: .own(85)
    case .isCut: .own(90)
    case .wantsAcknowledgement: .own(93)
    case .isSynchronized: .own(119)
    case .isOverwritten: .own(137)
    case .isBounded: .own(138)
    default: nil
    }
  }

  /// The elements of an ICMP error, which has other numbers in each family.
  private var control: Pair? {
    switch self {
    case .icmpType: (.init(176), .init(178))
    case .icmpCode: (.init(177), .init(179))
    default: nil
    }
  }

  /// The field as a template of this shape has it; two columns where older collectors want the time again.
  func columns(for shape: RecordShape) -> [Column] {
    if let addresses {
      return shape.isV4
        ? [Column(field: self, element: addresses.v4, coding: .address4, length: 4)]
        : [Column(field: self, element: addresses.v6, coding: .address6, length: 16)]
    }
    if let (nanoseconds, milliseconds, wide) = times {
      if shape.contains(.wideTimes) {
        return [Column(field: self, element: wide, coding: .unsigned, length: 8)]
      }
      let exact = Column(field: self, element: nanoseconds, coding: .ntp, length: 8)
      guard shape.contains(.milliseconds), let milliseconds else { return [exact] }
      return [
        exact, Column(field: self, element: milliseconds, coding: .milliseconds, length: 8),
      ]
    }
    if let control {
      let element = shape.isV4 ? control.v4 : control.v6
      return [Column(field: self, element: element, coding: .unsigned, length: 1)]
    }
    if let flag { return [Column(field: self, element: flag, coding: .boolean, length: 1)] }
    if let number {
      return [
        Column(field: self, element: number.element, coding: .unsigned, length: number.length)
      ]
    }
    let element: InformationElement =
      switch (shape.kind, self) {
      case (_, .token): .own(94)
      case (_, .frameSection): .init(315)
      case (.node, _), (.hello, _): .init(300)
      case (.captureFile, _): .own(86)
      case (.interfaceLoss, _), (.ringFrame, _): .init(82)
      case (.nodeFacts, _): .own(117)
      case (.acknowledgement, _): .own(96)
      default: .own(48)
      }
    return [
      Column(field: self, element: element, coding: .text, length: Column.variableLength)
    ]
  }
}
