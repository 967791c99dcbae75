import Cluster
import CommandLineKit
import Wire

/// What the files that `--inventory` names say; nil where nothing was given.
func history(of files: [InventoryFile]) throws(Failure) -> ClusterHistory? {
  files.isEmpty ? nil : ClusterHistory(try snapshots(of: files))
}

func snapshots(of files: [InventoryFile]) throws(Failure) -> [ClusterSnapshot] {
  do throws(InventoryError) {
    return try files.map { file throws(InventoryError) in try ClusterSnapshot(of: file) }
  } catch {
    throw Failure(error.description)
  }
}

/// Reads the files and directories of snapshots that `--inventory` names, and finds the snapshots amongst them.
func readInventoryFiles(_ words: [String]) throws(Failure) -> [InventoryFile] {
  var files: [InventoryFile] = []
  do throws(InventoryError) {
    for word in words {
      let argument = try InventoryArgument(word)
      guard isDirectory(argument.path) else {
        files.append(try inventoryFile(argument.path, argument.time))
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
      files += found
    }
    return files
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
    // An @ that no time follows belongs to the name, unless it is the name without it that is there.
    if let at = path.lastIndex(of: "@"), !isThere(path), isThere(String(path[..<at])) {
      throw InventoryError(
        in: String(path[..<at]),
        "'\(path[path.index(after: at)...])' is no time; expected FILE@2026-11-21T06:49:09Z or "
          + "FILE@ and seconds since 1970"
      )
    }
    // The message names the file already; an inventory's error does too.
    throw InventoryError(in: path, String(error.message.dropFirst(path.count + 2)))
  }
}
