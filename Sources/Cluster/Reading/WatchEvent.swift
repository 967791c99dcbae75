internal import JSONText

/// One line of a watch: what became of an object, or how far the watch has come.
public enum WatchEvent: Hashable, Sendable {
  /// The object is there, and so it looks now.
  case put(ListedObject)
  case removed(ObjectName, resourceVersion: String)
  /// Nothing happened up to this version.
  case bookmark(resourceVersion: String)
  /// The server ends the watch.
  case failed(ServerStatus)
  /// An object that could not be read; what was known of it no longer holds.
  case unreadable(ObjectName, resourceVersion: String, InventoryError)

  public init(
    reading bytes: [UInt8],
    of kind: ObjectKind,
    named name: String
  ) throws(InventoryError) {
    do throws(JSONError) {
      let reader = JSONReader(bytes.span)
      self = try Self.event(reader, of: kind, in: bytes, named: name)
    } catch {
      throw InventoryError(in: name, error, of: bytes)
    }
  }

  private static func event(
    _ start: JSONReader,
    of kind: ObjectKind,
    in bytes: [UInt8],
    named name: String
  ) throws(JSONError) -> Self {
    var reader = start
    // The type may stand behind the object.
    var type: String?
    try reader.beginObject()
    while type == nil, let key = try reader.nextKey() {
      if key.equals("type") { type = try reader.string() }
    }
    guard let type else { throw JSONError(.missing("type"), at: 0) }
    reader = start
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard key.equals("object") else { continue }
      if type == "ERROR" { return .failed(try ServerStatus(&reader)) }
      let (object, version) = try ListedObject.identity(of: reader)
      switch type {
      case "BOOKMARK": return .bookmark(resourceVersion: version)
      case "DELETED": return .removed(object, resourceVersion: version)
      case "ADDED", "MODIFIED":
        do throws(JSONError) {
          return .put(try ListedObject(&reader, of: kind))
        } catch {
          return .unreadable(
            object,
            resourceVersion: version,
            InventoryError(in: name, error, of: bytes)
          )
        }
      default:
        throw JSONError(.unsuitable(expected: "ADDED, MODIFIED, DELETED, BOOKMARK or ERROR"), at: 0)
      }
    }
    throw JSONError(.missing("object"), at: 0)
  }
}
