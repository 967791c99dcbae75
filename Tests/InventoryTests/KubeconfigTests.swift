import KubernetesAPI
import TestSupport
import Testing

/// What a kubeconfig says of a cluster and its user.
@Suite struct KubeconfigTests {
  static let plain = """
    # as kind and kubeadm write it
    apiVersion: v1
    clusters:
    - cluster:
        certificate-authority-data: Y2E=
        server: https://127.0.0.1:6443/   # behind a tunnel
      name: kind-one
    - cluster: {insecure-skip-tls-verify: true, "server": 'https://[fd00::1]:6443', proxy-url: socks5://127.0.0.1:1080}
      name: "two words"
    contexts:
    - context:
        cluster: kind-one
        namespace: kube-system
        user: kind-one
      name: kind-one
    - {name: other, context: {cluster: two words, user: robot}}
    - name: lost
      context:
        cluster: kind-one
        user: nobody
    - name: cloud
      context: {cluster: kind-one, user: cloud}
    current-context: kind-one
    kind: Config
    preferences: {}
    users:
    - name: kind-one
      user:
        client-certificate-data: >-
          Y2Vy
          dA==
        client-key: keys/one.key
    - name: robot
      user:
        token: |
          eyJhbGciOiJ
    - name: cloud
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1
          args:
          - --region
          - eu-north-1
          command: aws
          interactiveMode: IfAvailable
    """

  private func read(_ text: String) throws -> Kubeconfig {
    try Kubeconfig(Array(text.utf8), named: "/home/u/config")
  }

  @Test func `the current context counts unless another is named`() throws {
    var one = ClusterAccess(origin: "/home/u/config", server: "https://127.0.0.1:6443")
    one.authority = .bytes(Array("ca".utf8))
    one.clientCertificate = .init(
      certificate: .bytes(Array("cert".utf8)),
      key: .file("/home/u/keys/one.key")
    )
    #expect(try read(Self.plain).access() == one)
    var other = ClusterAccess(origin: "/home/u/config", server: "https://[fd00::1]:6443")
    other.acceptsAnyCertificate = true
    other.proxy = "socks5://127.0.0.1:1080"
    other.identity = .token("eyJhbGciOiJ\n")
    #expect(try read(Self.plain).access(context: "other") == other)
  }

  @Test func `JSON is read as well`() throws {
    let access = try read(
      """
      {"kind":"Config","current-context":"a","clusters":[{"name":"c","cluster":{"server":"https:\\/\\/c:1",
        "tls-server-name":"k\\u00fcbe"}}],
      "users":[{"name":"u","user":{"username":"me","password":"it's"}}],
      "contexts":[{"name":"a","context":{"cluster":"c","user":"u"}}]}
      """
    ).access()
    var expected = ClusterAccess(origin: "/home/u/config", server: "https://c:1")
    expected.certificateName = "kübe"
    expected.identity = .password(user: "me", "it's")
    #expect(access == expected)
  }

  @Test func `of several files the first to name something counts`() throws {
    let folder = try TemporaryFolder()
    let first = try folder.write(
      "first",
      Array("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n".utf8)
    )
    let second = try folder.write(
      "second",
      Array(
        """
        current-context: b
        clusters: [{name: c, cluster: {server: "https://c", certificate-authority: ca.crt}}]
        users: [{name: u, user: {tokenFile: t}}]
        contexts: []
        """.utf8
      )
    )
    let access = try Kubeconfig(paths: "\(first):/nowhere/config:\(second)").access()
    #expect(access.server == "https://c")
    #expect(access.authority == .file("\(folder.path)/ca.crt"))
    #expect(access.identity == .tokenFile("\(folder.path)/t"))
  }

  @Test(arguments: [
    ("lost", "/home/u/config:17: context 'lost': no user 'nobody'"),
    ("gone", "/home/u/config: no context 'gone'; there is cloud, kind-one, lost, other"),
    (
      "cloud",
      "/home/u/config:37: user 'cloud' signs in through a program (exec: aws), and none is run "
        + "from here; use a token (kubectl create token), or pipe `kubectl get` into stickler inventory"
    ),
  ])
  func `what a context lacks is told in one line`(context: String, expected: String) throws {
    let error = #expect(throws: AccessError.self) {
      try read(Self.plain).access(context: context)
    }
    #expect(error?.description == expected)
  }

  @Test(arguments: [
    ("clusters:\n\t- name: a", "2: a tab; YAML is indented by spaces"),
    ("clusters: &all []", "1: '&' (an anchor, alias or tag) is not read here"),
    ("clusters: [a, b", "1: the text ends inside a value"),
    ("a: 'b", "1: a quotation mark that nothing closes"),
    ("a: 1\na: 2", "2: a: told twice"),
    ("a: 1\n  b: 2", "2: indented further than the lines that it belongs to"),
    ("a:\n    b: 1\n  c: 2", "3: indented further than the lines that it belongs to"),
    ("a: 1\n---\nb: 2", "2: a second document; expected one"),
    ("just words", "1: no kubeconfig; expected clusters, contexts and users"),
    ("clusters: yes", "1: clusters: expected a list"),
    ("clusters: [{cluster: {}}]", "1: an entry of clusters without a name"),
    ("users: " + String(repeating: "[", count: 100), "1: nested deeper than 64 levels"),
  ])
  func `what is no kubeconfig is refused, with its line`(text: String, expected: String) throws {
    let error = #expect(throws: AccessError.self) { try read(text) }
    #expect(error?.description == "/home/u/config:\(expected)")
  }

  @Test func `the service account of a pod is found`() throws {
    let folder = try TemporaryFolder()
    let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
    let error = #expect(throws: AccessError.self) {
      try ClusterAccess.inCluster(environment: { environment[$0] }, folder: folder.path)
    }
    #expect(error?.description.contains("automountServiceAccountToken: true") == true)
    let token = try folder.write("token", [])
    let access = try ClusterAccess.inCluster(environment: { environment[$0] }, folder: folder.path)
    #expect(access?.server == "https://[fd00::1]:443")
    #expect(access?.identity == .tokenFile(token))
    #expect(access?.authority == .file("\(folder.path)/ca.crt"))
    #expect(try ClusterAccess.inCluster(environment: { _ in nil }, folder: folder.path) == nil)
  }

  @Test func `damaged text is read or refused, and never more`() throws {
    var random = SplitMix64(state: 10)
    let text = Array(Self.plain.utf8)
    var refused = 0
    for round in 0..<2_000 {
      let bytes = round < text.count ? Array(text.prefix(round)) : damaged(text, by: &random)
      do throws(AccessError) {
        _ = try Kubeconfig(bytes, named: "config").access(context: "other")
      } catch {
        refused += 1
        #expect(!error.description.contains("\n"))
      }
    }
    #expect(refused > 500)
  }
}
