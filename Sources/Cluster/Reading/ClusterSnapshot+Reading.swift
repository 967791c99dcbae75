internal import JSONText

extension ClusterSnapshot {
  /// Reads what `kubectl get pods,svc,endpointslices,nodes -A -o json` or `stickler inventory` wrote, or a person in
  /// the short form.
  ///
  /// The file may hold several JSON texts one after another. `name` is only for messages.
  public init(reading bytes: [UInt8], named name: String) throws(InventoryError) {
    if let reason = otherFormat(bytes) { throw InventoryError(in: name, reason) }
    var gathered = InventoryReader()
    var reader = JSONReader(bytes.span)
    do throws(JSONError) {
      try gathered.read(&reader)
    } catch {
      throw InventoryError(in: name, error, of: bytes)
    }
    guard gathered.isInventory else {
      throw InventoryError(
        in: name,
        "JSON, but no inventory; expected the output of "
          + "`kubectl get pods,svc,endpointslices,nodes -A -o json`"
      )
    }
    self = gathered.snapshot
  }
}

/// What a file that is not JSON at all seems to be, and what to do about it.
private func otherFormat(_ bytes: [UInt8]) -> String? {
  let utf16Marks: [[UInt8]] = [[0xff, 0xfe], [0xfe, 0xff]]
  if utf16Marks.contains(Array(bytes.prefix(2))) {
    return "UTF-16 text, as PowerShell's `>` writes it; expected UTF-8 "
      + "(`| Out-File -Encoding utf8`)"
  }
  if bytes.starts(with: [0x1f, 0x8b]) || bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
    return "compressed; expected plain JSON"
  }
  let blanks: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0d]
  guard let start = bytes.firstIndex(where: { !blanks.contains($0) }) else { return "empty" }
  let yamlStarts = ["---", "apiVersion:", "kind:", "items:", "#", "takenAt:", "- "]
  for text in yamlStarts where bytes[start...].starts(with: text.utf8) {
    return "YAML; expected JSON (`kubectl get … -o json`)"
  }
  return nil
}
