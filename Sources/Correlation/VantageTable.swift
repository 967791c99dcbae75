import Wire

/// Small numbers for a node's vantages: an interface, a direction, and how deep in tunnels.
struct VantageTable: ~Copyable, Sendable {
  private var numbers: [UInt64: UInt16] = [:]
  /// The last few looked up: nearly every packet is at one of them.
  private var recentKeys: [UInt64] = Array(repeating: .max, count: 256)
  private var recentNumbers: [UInt16] = Array(repeating: 0, count: 256)

  @inline(always)
  mutating func number(_ sighting: borrowing Sighting) -> UInt16 {
    let key =
      UInt64(sighting.interface) << 16 | UInt64(sighting.direction.rawValue) << 8
      | UInt64(sighting.depth)
    let place = Int(truncatingIfNeeded: (key >> 14) ^ (key >> 8) ^ key) & 255
    if recentKeys[place] == key { return recentNumbers[place] }
    return find(key, place)
  }

  private mutating func find(_ key: UInt64, _ place: Int) -> UInt16 {
    let number = numbers[key] ?? UInt16(truncatingIfNeeded: numbers.count)
    numbers[key] = number
    recentKeys[place] = key
    recentNumbers[place] = number
    return number
  }
}
