/// Which interfaces drop what would be answered by another way, and what was dropped so.
public enum ReversePathFilter {
  /// Those of the interfaces that are strict; nil where the kernel does not tell.
  public static func strict(among names: [String]) -> [String]? {
    guard let all = setting(of: "all") else { return nil }
    // The greater of the two counts: 0 is off, 1 strict, 2 loose.
    return names.filter { max(all, setting(of: $0) ?? 0) == 1 }
  }

  private static func setting(of name: String) -> Int? {
    systemNumber("/proc/sys/net/ipv4/conf/\(name)/rp_filter")
  }

  /// How many packets it dropped in this network namespace since the kernel runs.
  public static func dropCount() -> UInt64? {
    systemText("/proc/net/netstat").flatMap { counter("IPReversePathFilter", in: $0) }
  }

  /// A counter of /proc/net/netstat: a line of names, and a line of numbers in their order.
  public static func counter(_ name: String, in text: String) -> UInt64? {
    let lines = text.split(separator: "\n")
    for (names, numbers) in zip(lines, lines.dropFirst()) {
      let titles = names.split(separator: " ")
      let cells = numbers.split(separator: " ")
      guard titles.first == cells.first, let column = titles.firstIndex(of: name[...]),
        column < cells.count
      else { continue }
      return UInt64(cells[column])
    }
    return nil
  }
}
