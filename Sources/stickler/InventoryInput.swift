import Cluster
import CommandLineKit
import Wire

/// Reads what `--inventory` names, files and directories of snapshots; nil where nothing was given.
func readInventory(_ words: [String]) throws(Failure) -> ClusterHistory? {
  words.isEmpty ? nil : ClusterHistory(try readSnapshots(words))
}

/// Reads what `--inventory` names, in the order in which it was given.
func readSnapshots(_ words: [String]) throws(Failure) -> [ClusterSnapshot] {
  var snapshots: [InventoryFile] = []
  do throws(InventoryError) {
    for word in words {
      let argument = try InventoryArgument(word)
      guard isDirectory(argument.path) else {
        snapshots.append(try inventoryFile(argument.path, argument.time))
        continue
      }
      guard argument.time == nil else {
        throw InventoryError(
          in: argument.path,
          "one time cannot stand for all snapshots of a directory; name the files: FILE@TIME"
        )
      }
      let found = try snapshotsOfDirectory(argument.path)
      guard !found.isEmpty else {
        throw InventoryError(
          in: argument.path,
          "no inventory in this directory; expected the output of "
            + "`kubectl get pods,svc,endpointslices,nodes -A -o json` as .json"
        )
      }
      snapshots += found
    }
    return try snapshots.map { file throws(InventoryError) in try ClusterSnapshot(of: file) }
  } catch {
    throw Failure(error.description)
  }
}

extension ClusterSnapshot {
  /// A time given for a file is used where the file itself has none.
  init(of file: InventoryFile) throws(InventoryError) {
    try self.init(reading: file.bytes, named: file.name)
    takenAt = takenAt ?? file.time
  }
}

private func snapshotsOfDirectory(_ path: String) throws(InventoryError) -> [InventoryFile] {
  let names: [String]
  do throws(Failure) {
    names = try plainFiles(ofDirectory: path)
  } catch {
    throw InventoryError(in: path, error.message)
  }
  var candidates: [InventoryFile] = []
  for name in names where InventoryFile.isCandidate(name) {
    candidates.append(try inventoryFile(name, nil))
  }
  return try InventoryFile.snapshots(amongst: candidates)
}

func inventoryFile(
  _ path: String,
  _ time: Timestamp?
) throws(InventoryError) -> InventoryFile {
  guard path == "-" || !beginsAsCapture(path) else {
    throw InventoryError(in: path, "a capture; --inventory takes the JSON that kubectl prints")
  }
  do throws(Failure) {
    return InventoryFile(name: path, time: time, bytes: try bytes(ofFile: path))
  } catch {
    // The message names the file already; an inventory's error does too.
    throw InventoryError(in: path, String(error.message.dropFirst(path.count + 2)))
  }
}
