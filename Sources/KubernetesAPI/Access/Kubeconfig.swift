/// What kubeconfigs say together: of several with one name the first counts, as kubectl has it.
public struct Kubeconfig: Sendable {
  /// An entry, and the file that it came from: its paths begin there.
  struct Entry: Sendable {
    var file: String
    var line: Int
    var value: YAMLNode

    func text(_ name: String) throws(AccessError) -> String? {
      do throws(YAMLError) {
        return try value.text(name)
      } catch {
        throw AccessError("\(file):\(error.line)", error.reason)
      }
    }

    func flag(_ name: String) throws(AccessError) -> Bool {
      do throws(YAMLError) {
        return try value.flag(name)
      } catch {
        throw AccessError("\(file):\(error.line)", error.reason)
      }
    }

    func error(_ reason: String) -> AccessError { AccessError("\(file):\(line)", reason) }
  }

  private var files: [String] = []
  private var currentContext: String?
  private var clusters: [String: Entry] = [:]
  private var contexts: [String: Entry] = [:]
  private var users: [String: Entry] = [:]

  /// Reads the files that `paths` names between colons, as `KUBECONFIG` does; those that are not there are passed over
  /// as long as one is.
  public init(paths: String) throws(AccessError) {
    let all = paths.split(separator: ":").map(String.init)
    for path in all where all.count == 1 || isReadable(path) {
      try add(path, try bytes(ofSmallFile: path))
    }
    guard !files.isEmpty else { throw AccessError(paths, "none of these files can be read") }
  }

  /// Reads one file's text.
  public init(_ bytes: [UInt8], named path: String) throws(AccessError) {
    try add(path, bytes)
  }

  private mutating func add(_ path: String, _ bytes: [UInt8]) throws(AccessError) {
    files.append(path)
    do throws(YAMLError) {
      let root = try YAMLReader.read(bytes)
      if root.content == .null { return }
      guard case .mapping = root.content else {
        throw YAMLError(root.line, "no kubeconfig; expected clusters, contexts and users")
      }
      if currentContext == nil, let name = try root.text("current-context"), !name.isEmpty {
        currentContext = name
      }
      try Self.add(root, "clusters", "cluster", path, to: &clusters)
      try Self.add(root, "contexts", "context", path, to: &contexts)
      try Self.add(root, "users", "user", path, to: &users)
    } catch {
      throw AccessError("\(path):\(error.line)", error.reason)
    }
  }

  private static func add(
    _ root: YAMLNode,
    _ list: String,
    _ kind: String,
    _ file: String,
    to entries: inout [String: Entry]
  ) throws(YAMLError) {
    for element in try root.elements(list) {
      guard let name = try element.text("name") else {
        throw YAMLError(element.line, "an entry of \(list) without a name")
      }
      let value = element[kind] ?? YAMLNode(line: element.line, content: .mapping([:]))
      if entries[name] == nil {
        entries[name] = Entry(file: file, line: element.line, value: value)
      }
    }
  }

  /// The cluster and the user of a context: of the current one unless named.
  public func access(context name: String? = nil) throws(AccessError) -> ClusterAccess {
    let place = files.joined(separator: ":")
    guard !contexts.isEmpty else { throw AccessError(place, "names no context of a cluster") }
    guard let name = name ?? currentContext else {
      throw AccessError(place, "no current-context; name one: --context \(known(contexts))")
    }
    guard let context = contexts[name] else {
      throw AccessError(place, "no context '\(name)'; there is \(known(contexts))")
    }
    guard let clusterName = try context.text("cluster"), let cluster = clusters[clusterName] else {
      throw context.error("context '\(name)' names no cluster that there is")
    }
    var access = try Self.access(to: cluster, clusterName)
    if let userName = try context.text("user"), !userName.isEmpty {
      guard let user = users[userName] else {
        throw context.error("context '\(name)': no user '\(userName)'")
      }
      try Self.signIn(user, userName, to: &access)
    }
    return access
  }

  private func known(_ entries: [String: Entry]) -> String {
    let names = entries.keys.sorted()
    return names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", ..." : "")
  }

  private static func access(to entry: Entry, _ name: String) throws(AccessError) -> ClusterAccess {
    guard var server = try entry.text("server"), !server.isEmpty else {
      throw entry.error("cluster '\(name)' has no server")
    }
    while server.hasSuffix("/") { server.removeLast() }
    // As kubectl: without a scheme it is plain HTTP.
    if !server.contains("://") { server = "http://" + server }
    guard server.hasPrefix("https://") || server.hasPrefix("http://") else {
      throw entry.error("cluster '\(name)': '\(server)' is no http:// or https:// URL")
    }
    var access = ClusterAccess(origin: entry.file, server: server)
    access.authority = try material(entry, "certificate-authority")
    access.acceptsAnyCertificate = try entry.flag("insecure-skip-tls-verify")
    access.certificateName = try entry.text("tls-server-name")
    access.proxy = try entry.text("proxy-url")
    return access
  }

  private static func signIn(
    _ entry: Entry,
    _ name: String,
    to access: inout ClusterAccess
  ) throws(AccessError) {
    if let certificate = try material(entry, "client-certificate") {
      guard let key = try material(entry, "client-key") else {
        throw entry.error("user '\(name)' has a client-certificate and no client-key")
      }
      access.clientCertificate = .init(certificate: certificate, key: key)
    }
    // As kubectl: a file is preferred, since it may be replaced while we run.
    if let file = try entry.text("tokenFile") {
      access.identity = .tokenFile(path(file, beside: entry.file))
    } else if let token = try entry.text("token") {
      access.identity = .token(token)
    } else if let person = try entry.text("username") {
      access.identity = .password(user: person, try entry.text("password") ?? "")
    }
    let isComplete = access.identity != .nobody || access.clientCertificate != nil
    for way in ["exec", "auth-provider"] where !isComplete && entry.value[way] != nil {
      let program = (try? entry.value[way]?.text(way == "exec" ? "command" : "name")) ?? "?"
      throw entry.error(
        "user '\(name)' signs in through a program (\(way): \(program)), and none is run from here; "
          + "use a token (kubectl create token), or pipe `kubectl get` into stickler inventory"
      )
    }
  }

  /// What stands in the file itself as base64, else the path of another one.
  private static func material(
    _ entry: Entry,
    _ name: String
  ) throws(AccessError) -> ClusterAccess.Material? {
    if let text = try entry.text("\(name)-data"), !text.isEmpty {
      guard let bytes = decodedBase64(text) else {
        throw entry.error("\(name)-data: no base64")
      }
      return .bytes(bytes)
    }
    guard let file = try entry.text(name), !file.isEmpty else { return nil }
    return .file(path(file, beside: entry.file))
  }

  private static func path(_ path: String, beside file: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return file[...slash] + path
  }
}

/// Reads base64 (RFC 4648, 4); blanks count for nothing.
func decodedBase64(_ text: String) -> [UInt8]? {
  var bytes: [UInt8] = []
  var (bits, count, padding): (UInt32, Int, Int) = (0, 0, 0)
  for sign in text.utf8 {
    let value: UInt8
    switch sign {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = sign - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): value = sign - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value = sign + 4
    case UInt8(ascii: "+"): value = 62
    case UInt8(ascii: "/"): value = 63
    case UInt8(ascii: "="):
      padding += 1
      continue
    case 0x20, 0x0a, 0x0d, 0x09: continue
    default: return nil
    }
    guard padding == 0 else { return nil }
    bits = bits << 6 | UInt32(value)
    count += 1
    guard count.isMultiple(of: 4) else { continue }
    bytes += [UInt8(bits >> 16 & 0xff), UInt8(bits >> 8 & 0xff), UInt8(bits & 0xff)]
  }
  switch (count % 4, padding) {
  case (0, 0): break
  case (2, 0), (2, 2): bytes.append(UInt8(bits >> 4 & 0xff))
  case (3, 0), (3, 1): bytes += [UInt8(bits >> 10 & 0xff), UInt8(bits >> 2 & 0xff)]
  default: return nil
  }
  return bytes
}
