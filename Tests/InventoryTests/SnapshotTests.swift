import Cluster
import Glibc
import TestSupport
import Testing
import Wire

/// One snapshot from an API server: pages, credentials, and what is said where there is none.
@Suite struct SnapshotTests {
  static let tls = ["--tls", "127.0.0.1"]

  @Test func `every kind is listed, and nothing more is asked for`() throws {
    let server = try APIServer(Self.tls)
    let ended = try server.inventory()
    #expect(ended.errors == "")
    let cluster = try ClusterSnapshot(reading: Array(ended.output.utf8), named: "output")
    #expect(cluster.pods.map(\.name.name) == ["server-00000", "server-00001", "server-00002"])
    #expect(cluster.pods.map { $0.node ?? "" } == ["n0", "n1", "n2"])
    #expect(cluster.services.map(\.name.description) == ["default/udp"])
    #expect(
      cluster.endpoints.flatMap(\.records).map(\.endpoint.description) == [
        "10.64.0.0:20001", "10.64.0.1:20001", "10.64.0.2:20001",
      ]
    )
    #expect(cluster.nodes.map(\.name) == ["n0", "n1", "n2"])
    #expect(cluster.takenAt != nil)
    #expect(
      try server.requests.sorted() == [
        "list /api/v1/nodes limit=500 Bearer abc", "list /api/v1/pods limit=500 Bearer abc",
        "list /api/v1/services limit=500 Bearer abc",
        "list /apis/discovery.k8s.io/v1/endpointslices limit=500 Bearer abc",
      ]
    )
  }

  @Test func `ten thousand pods come in pages of 500 and in little memory`() throws {
    let server = try APIServer(Self.tls + ["--pods", "10000"])
    let measured = try Program.run(
      "--version >/dev/null; python3 -c 'import resource, subprocess, sys; "
        + "subprocess.run(sys.argv[1:], check=True); "
        + "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "
        + "'\(Program.path)' inventory --kubeconfig '\(server.kubeconfig())' "
        + "-o '\(server.folder.path)/cluster.json'"
    )
    let peak = try #require(Int(measured.output.dropLast()), "\(measured.errors)")
    // KiB; a sanitizer's own memory is many times that.
    if !Program.path.contains(".build-") { #expect(peak < 60 * 1024) }
    let pages = try server.requests.filter { $0.contains("/pods") }
    #expect(pages.count == 20)
    #expect(pages.allSatisfy { $0.contains("limit=500") })
    let text = try text(ofFile: "\(server.folder.path)/cluster.json")
    let cluster = try ClusterSnapshot(reading: Array(text.utf8), named: "written")
    #expect(cluster.pods.count == 10_000)
    #expect(Set(cluster.pods.map(\.uid)).count == 10_000)
  }

  @Test func `a continuation that has expired begins the list anew, and in the end it comes whole`()
    throws
  {
    let server = try APIServer(
      Self.tls + ["--pods", "1200"],
      control: """
        def handle(self, verb, kind, query):
            if "continue" in query:
                self.refuse(410, "Expired", "The provided continue parameter is too old")
                return True
        """
    )
    let ended = try server.inventory()
    #expect(ended.status == 0, "\(ended.errors)")
    let cluster = try ClusterSnapshot(reading: Array(ended.output.utf8), named: "output")
    #expect(cluster.pods.count == 1_200)
    let asked = try server.requests.filter { $0.contains("/pods") }
    #expect(
      asked == [
        "list /api/v1/pods limit=500 Bearer abc",
        "list /api/v1/pods limit=500&continue=NTAwLys9 Bearer abc",
        "list /api/v1/pods limit=500 Bearer abc",
        "list /api/v1/pods limit=500&continue=NTAwLys9 Bearer abc",
        "list /api/v1/pods  Bearer abc",
      ]
    )
  }

  @Test func `what breaks once is asked for again`() throws {
    let server = try APIServer(
      Self.tls,
      control: """
        def handle(self, verb, kind, query):
            if count[verb, kind] > 1:
                return False
            if kind == "pods":
                self.refuse(429, "TooManyRequests", "later", [("Retry-After", "1")])
            elif kind == "services":
                self.refuse(500, "InternalError", "etcd is away")
            elif kind == "nodes":
                self.send_response(200)
                self.send_header("Content-Length", "100000")
                self.end_headers()
                self.wfile.write(b'{"kind":"NodeList","items":[')
                self.cut()
            else:
                self.answer(200, b"<html>Please sign in")
            return True
        """
    )
    let ended = try server.inventory()
    #expect(ended.errors == "")
    let cluster = try ClusterSnapshot(reading: Array(ended.output.utf8), named: "output")
    #expect(cluster.pods.count == 3)
    #expect(cluster.nodes.count == 3)
    #expect(try server.requests.count == 8)
  }

  @Test func `a token that is replaced is read anew`() throws {
    let folder = try TemporaryFolder()
    let token = try folder.write("token", Array("old\n".utf8))
    let server = try APIServer(
      Self.tls + ["--token", try folder.write("expected", Array("new".utf8))],
      control: """
        lock = threading.Lock()
        def unauthorized(self):
            # As the kubelet does it: under another name first.
            with lock:
                with open("\(token).next", "w") as file:
                    file.write("new\\n")
                os.rename("\(token).next", "\(token)")
        """
    )
    let ended = try server.inventory(config: try server.kubeconfig(user: "tokenFile: \(token)"))
    #expect(ended.errors == "")
    #expect(ended.output.contains("server-00002"))
    let asked = try server.requests.filter { $0.contains("/pods") }
    #expect(asked.first?.hasSuffix("Bearer old") == true)
    #expect(asked.last?.hasSuffix("Bearer new") == true)
  }

  @Test(arguments: [
    "client-certificate: client.crt\nclient-key: client.key",
    "client-certificate-data: $(client.crt)\nclient-key-data: $(client.key)",
  ])
  func `a client certificate signs in, from files and from the kubeconfig itself`(user: String)
    throws
  {
    let server = try APIServer(Self.tls + ["--client-ca"])
    var user = user
    for name in ["client.crt", "client.key"] {
      let base64 = try Command("base64", ["-w0", "\(server.folder.path)/\(name)"]).output
      user = user.replacing("$(\(name))", with: base64)
    }
    let config = try server.kubeconfig(user: user)
    let ended = try server.inventory(config: config)
    #expect(ended.errors == "")
    #expect(ended.output.contains("server-00002"))
    let refused = try server.inventory(config: try server.kubeconfig(named: "without"))
    #expect(refused.status == 3)
  }

  @Test func `tls-server-name, and insecure-skip-tls-verify, are honoured`() throws {
    let server = try APIServer(["--tls", "api.example"])
    let wrong = try server.inventory()
    #expect(wrong.status == 3)
    #expect(wrong.errors.contains("the certificate is for another name"))
    let named = try server.kubeconfig(
      cluster: "certificate-authority: ca.crt\ntls-server-name: api.example"
    )
    #expect(try server.inventory(config: named).errors == "")
    let careless = try server.kubeconfig(cluster: "insecure-skip-tls-verify: true")
    #expect(try server.inventory(config: careless).errors == "")
  }

  @Test func `a certificate of another authority is refused, and nothing is told to its owner`()
    throws
  {
    let server = try APIServer(Self.tls)
    let config = try server.kubeconfig(cluster: "certificate-authority: other.crt")
    let ended = try server.inventory(config: config)
    #expect(
      ended.errors.hasPrefix(
        "stickler: https://127.0.0.1:\(server.port): its certificate is not signed by "
          + "\(server.folder.path)/other.crt: "
      )
    )
    #expect(ended.errors.hasSuffix("is this the right cluster, and the right CA?\n"))
    #expect(ended.errors.split(separator: "\n").count == 1)
    #expect(ended.status == 3)
    #expect(try server.requests == [])
  }

  @Test(arguments: [
    (
      403, "Forbidden", #"pods is forbidden: User "x" cannot list resource "pods""#,
      "may not list pods (403): pods is forbidden: User \"x\" cannot list resource \"pods\"; "
        + "grant list and watch as README.md says"
    ),
    (
      401, "Unauthorized", "Unauthorized",
      "does not know us (401): Unauthorized; renew the token or certificate of CONFIG"
    ),
    (
      404, "NotFound", "no such resource",
      "has no /api/v1/pods (404); is this an API server of Kubernetes 1.21 or newer?"
    ),
  ])
  func `a refusal is told in one line`(
    code: Int,
    reason: String,
    message: String,
    expected: String
  ) throws {
    let server = try APIServer(
      Self.tls,
      control: """
        def handle(self, verb, kind, query):
            if kind == "pods":
                self.refuse(\(code), "\(reason)", '\(message)')
                return True
        """
    )
    let config = try server.kubeconfig()
    let ended = try server.inventory(config: config)
    let line = expected.replacing("CONFIG", with: config)
    #expect(ended.errors == "stickler: https://127.0.0.1:\(server.port): \(line)\n")
    #expect(ended.output == "")
    #expect(ended.status == 3)
  }

  @Test func `one object that cannot be read hides no other`() throws {
    let server = try APIServer(
      Self.tls,
      control: """
        odd = service("odd")
        odd["spec"]["sessionAffinity"] = "Sometimes"
        cluster.put(SERVICES, odd)
        """
    )
    let ended = try server.inventory()
    #expect(ended.status == 0)
    #expect(ended.output.contains("10.96.0.10"))
    #expect(ended.errors.hasPrefix("stickler: warning: left out, as it cannot be read: https://"))
    #expect(ended.errors.hasSuffix("spec.sessionAffinity: expected ClientIP or None\n"))
  }

  @Test(arguments: [
    "iptables-hostgw-local", "iptables-hostgw-v6-cluster", "nftables-vxlan-no-local",
    "nftables-vxlan-lb-rebalance",
  ])
  func `what a real API server said is kept as kubectl's file of it is`(recording: String) throws {
    let path = "\(Program.root)/captures/\(recording)/cluster.json"
    let server = try APIServer(Self.tls + ["--objects", path])
    let ended = try server.inventory()
    #expect(ended.errors == "")
    var listed = try ClusterSnapshot(reading: Array(ended.output.utf8), named: "listed")
    listed.takenAt = nil
    #expect(try listed == ClusterSnapshot(reading: Array(text(ofFile: path).utf8), named: path))
  }

  @Test func `an answer that comes in small pieces is waited for`() throws {
    let server = try APIServer(
      Self.tls,
      control: """
        def handle(self, verb, kind, query):
            text = cluster.page(PODS, 0, 500) if kind == "pods" else None
            if text:
                time.sleep(0.5)
                self.begin_stream()
                for place in range(0, len(text), 1000):
                    self.chunk(text[place:place + 1000])
                    time.sleep(0.01)
                self.chunk(b"")
                return True
        """
    )
    let ended = try server.inventory()
    #expect(ended.errors == "")
    #expect(ended.output.contains("server-00002"))
  }

  @Test func `the environment's proxy leads to a server elsewhere, unless NO_PROXY has it`() throws
  {
    // A name that is resolved without asking anybody, and is not the one that no proxy is asked for.
    let server = try APIServer(["--tls", "api.localhost"])
    let proxy = "http://127.0.0.1:\(try text(ofFile: "\(server.folder.path)/proxy-port"))"
    let config = try server.kubeconfig(host: "api.localhost")
    let ask = "'\(Program.path)' inventory --kubeconfig '\(config)' </dev/null"
    let led = try Program.run("--version >/dev/null; HTTPS_PROXY=\(proxy) \(ask)")
    #expect(led.errors == "")
    #expect(led.output.contains("server-00002"))
    let connect = "connect api.localhost:\(server.port)"
    #expect(try server.requests.contains(connect))
    let count = try server.requests.filter { $0 == connect }.count
    let direct = try Program.run(
      "--version >/dev/null; NO_PROXY=.localhost HTTPS_PROXY=\(proxy) \(ask)"
    )
    #expect(direct.errors == "")
    #expect(try server.requests.filter { $0 == connect }.count == count)
    let named = try server.kubeconfig(
      host: "api.localhost",
      cluster: "certificate-authority: ca.crt\nproxy-url: \(proxy)",
      named: "named"
    )
    #expect(try server.inventory(config: named).errors == "")
    #expect(try server.requests.filter { $0 == connect }.count > count)
  }

  @Test func `a proxy of the kubeconfig is asked, and one of the environment not for this machine`()
    throws
  {
    let server = try APIServer(Self.tls)
    // It says what it was asked, and leads nowhere.
    let config = try server.kubeconfig(
      cluster: "certificate-authority: ca.crt\nproxy-url: http://127.0.0.1:1"
    )
    let ended = try server.inventory(config: config)
    #expect(ended.status == 3)
    #expect(ended.errors.contains("no connection: Failed to connect to 127.0.0.1 port 1 "))
    let direct = try Program.run(
      "--version >/dev/null; HTTPS_PROXY=http://127.0.0.1:1 '\(Program.path)' inventory "
        + "--kubeconfig '\(server.kubeconfig())'"
    )
    #expect(direct.errors == "")
  }

  @Test func `credentials are for encrypted connections only`() throws {
    let server = try APIServer()
    let config = try server.kubeconfig(scheme: "http", cluster: "disable-compression: true")
    #expect(try server.inventory(config: config).errors == "")
    #expect(try server.requests.allSatisfy { $0.hasSuffix(" -") })
  }
}
