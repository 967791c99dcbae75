import Wire
import Workbench

extension NodeRecords {
  /// What `-i any` wrote before it knew version 2: nothing tells the interface.
  var cooked: NodeFile {
    var other = self
    other.link = .linuxCooked
    other.records = records.map { $0.relinked(as: .linuxCooked) }
    return other.file
  }

  /// What one capture for each interface would have written, merged into one file: nothing tells which way a packet went.
  func byInterface(as link: LinkType) -> NodeFile {
    var numbers: [UInt8] = []
    var relinked: [(interface: Int, record: Record)] = []
    for record in records {
      // The recordings' nodes have fewer than 256 interfaces, so that the last byte of four tells.
      let number = record.bytes[7]
      let index = numbers.firstIndex(of: number) ?? numbers.count
      if index == numbers.count { numbers.append(number) }
      relinked.append((index, record.relinked(as: link)))
    }
    return NodeFile(
      node: node,
      bytes: Savefile.pcapng(interfaces: numbers.map { ("if\($0)", link) }, relinked)
    )
  }
}

extension Record {
  /// The same packet behind another link's header than twenty bytes of SLL2.
  func relinked(as link: LinkType) -> Record {
    var other = self
    other.bytes = header(as: link) + bytes.dropFirst(20)
    other.originalLength += other.bytes.count - bytes.count
    return other
  }

  private func header(as link: LinkType) -> [UInt8] {
    let etherType = Array(bytes[0..<2])
    let station = Array(bytes[12..<18])
    switch link {
    case .linuxCooked:
      return [0, bytes[10]] + Array(bytes[8..<10]) + [0, 6] + station + [0, 0] + etherType
    case .ethernet:
      return [2, 0, 0, 0, 0, 1] + station + etherType
    default:
      return []
    }
  }
}
