internal import JSONText
public import Wire

/// An inventory's file, read by the caller: its name for messages and order, and the time that was given for it.
public struct InventoryFile: Sendable {
  public var name: String
  public var time: Timestamp?
  public var bytes: [UInt8]

  public init(name: String, time: Timestamp? = nil, bytes: [UInt8]) {
    self.name = name
    self.time = time
    self.bytes = bytes
  }

  /// True for a name that a snapshot in a directory may have; `clients.jsonl` may not.
  public static func isCandidate(_ name: String) -> Bool {
    guard let leaf = name.split(separator: "/").last else { return false }
    return leaf.hasSuffix(".json") && !leaf.hasPrefix(".")
  }

  /// True for an inventory, be it broken further on; other JSON, such as `expected.json`, is none.
  public func isInventory() throws(InventoryError) -> Bool {
    do throws(JSONError) {
      let reader = JSONReader(bytes.span)
      return try InventoryReader.form(of: reader) != .other
    } catch {
      throw InventoryError(in: name, error, of: bytes)
    }
  }

  /// The snapshots among the files of a directory, in the order of their stems.
  public static func snapshots(amongst files: [InventoryFile]) throws(InventoryError)
    -> [InventoryFile]
  {
    var snapshots: [InventoryFile] = []
    for file in files where isCandidate(file.name) {
      if try file.isInventory() { snapshots.append(file) }
    }
    return snapshots.sorted { precedes($0.name, $1.name) }
  }

  /// Puts names of a directory in the order of their stems, so that `cluster.json` precedes `cluster-after.json`
  /// although `-` precedes `.` in ASCII.
  public static func precedes(_ left: String, _ right: String) -> Bool {
    let (leftStem, rightStem) = (stem(left), stem(right))
    return leftStem != rightStem ? leftStem < rightStem : left < right
  }

  private static func stem(_ name: String) -> Substring {
    name.hasSuffix(".json") ? name.dropLast(5) : name[...]
  }
}

/// What `--inventory` was given: `FILE`, `FILE@TIME` or a directory.
public struct InventoryArgument: Hashable, Sendable {
  public var path: String
  public var time: Timestamp?

  /// Splits off a time: RFC 3339 or seconds since 1970, with a fraction if need be.
  ///
  /// An `@` that no time follows is part of the path.
  public init(_ argument: String) throws(InventoryError) {
    path = argument
    guard let at = argument.lastIndex(of: "@"), at != argument.startIndex else { return }
    let suffix = String(argument[argument.index(after: at)...])
    if let time = Timestamp(suffix) ?? Timestamp(epochSeconds: suffix) {
      path = String(argument[..<at])
      self.time = time
    } else if let first = suffix.utf8.first, (48...57).contains(first), !suffix.hasSuffix(".json") {
      throw InventoryError(
        in: argument,
        "'\(suffix)' is no time; expected 2026-11-21T06:49:09Z or seconds since 1970"
      )
    }
  }
}

extension Timestamp {
  /// Reads `1795220636` or `1795220636.337149518`.
  public init?(epochSeconds text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count),
      parts.allSatisfy({ part in
        !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) }
      }),
      let seconds = Int64(parts[0]), seconds < 9_000_000_000
    else { return nil }
    var fraction: Int64 = 0
    if parts.count == 2 {
      guard parts[1].utf8.count <= 9, let digits = Int64(parts[1]) else { return nil }
      fraction = digits
      for _ in parts[1].utf8.count..<9 { fraction *= 10 }
    }
    self.init(nanoseconds: seconds * 1_000_000_000 + fraction)
  }
}
