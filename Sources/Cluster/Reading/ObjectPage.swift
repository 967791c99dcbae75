internal import JSONText

/// One page of a list that the API server gave: `PodList` and its like.
public struct ObjectPage: Sendable {
  public var objects: [ListedObject] = []
  /// The state of the cluster that the list shows; a watch goes on from there.
  public var resourceVersion = ""
  /// What to ask for the next page with; empty on the last one.
  public var continuation = ""
  /// Objects that could not be read; they are left out, so that one of them does not hide all others.
  public var unreadable: [InventoryError] = []

  /// Reads a whole page; `name` is only for messages.
  public init(
    reading bytes: [UInt8],
    of kind: ObjectKind,
    named name: String
  ) throws(InventoryError) {
    do throws(JSONError) {
      var reader = JSONReader(bytes.span)
      var isList = false
      try reader.beginObject()
      while let key = try reader.nextKey() {
        switch key {
        case "metadata": try readMetadata(&reader)
        case "items":
          isList = true
          guard try reader.entersArray() else { break }
          while try reader.nextElement() {
            let start = reader
            do throws(JSONError) {
              objects.append(try ListedObject(&reader, of: kind))
            } catch {
              unreadable.append(InventoryError(in: name, error, of: bytes))
              reader = start
              try reader.skip()
            }
          }
        default: break
        }
      }
      guard isList else { throw JSONError(.missing("items"), at: 0) }
    } catch {
      throw InventoryError(in: name, error, of: bytes)
    }
  }

  private mutating func readMetadata(_ reader: inout JSONReader) throws(JSONError) {
    guard try reader.entersObject() else { return }
    while let key = try reader.nextKey() {
      switch key {
      case "resourceVersion": resourceVersion = try reader.stringIfAny() ?? ""
      case "continue": continuation = try reader.stringIfAny() ?? ""
      default: break
      }
    }
  }
}
