import Affinity
import Glibc
import TestSupport
import Testing

/// `stickler explain` as users run it, and the page that it writes.
struct ExplainTests {
  /// The folder of Package.swift.
  static let root = String(#filePath.dropLast("/Tests/CatalogueTests/ExplainTests.swift".count))

  /// What `stickler WORDS` prints; the program lies beside the tests' own.
  static func run(_ words: [String]) throws -> String {
    var buffer = [CChar](repeating: 0, count: 4_096)
    // SAFETY: readlink writes at most the buffer's length less one and leaves the rest zero.
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let own = String(
      decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) },
      as: UTF8.self
    )
    let program =
      own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
      + "/stickler"
    let command = try Command("env", ["COLUMNS=80", program] + words)
    #expect(command.status == 0)
    return command.output
  }

  @Test(arguments: Catalogue.inOrder.map(\.id)) func `every mode fits 80 columns`(
    id: String
  ) throws {
    let mode = try #require(Catalogue.mode(id))
    let lines = try Self.run(["explain", id]).split(
      separator: "\n",
      omittingEmptySubsequences: false
    )
    #expect(lines.first == "\(mode.id) \(mode.name)")
    #expect(lines.count > 15)
    for line in lines { #expect(line.count <= 80, "\(line)") }
    #expect(lines.contains("How it looks in packets"))
    #expect(lines.contains("References"))
  }

  @Test func `a mode is told from its symptom to its references`() throws {
    let text = try Self.run(["explain", "endpoint-refuses"])
    #expect(
      text == """
        B19 endpoint-refuses
        loss, origin: the cluster

        What users see
          Clients of one pod get no answers although the pod is ready. Nothing listens
          on its port.

        Cause
          The server crashed or listens on another port or address, and the readiness
          probe does not notice, so kube-proxy goes on choosing the pod. Its kernel
          answers with ICMP port unreachable.

        How it looks in packets
          The pod's veth shows datagrams without answers and ICMP port unreachable from
          the pod; at the ingress node's NIC the ICMP is translated back and looks as if
          it came from the front. The endpoint is ready, else it is B8 or B6. ICMP is
          rate-limited, so a few of them speak for many datagrams, and that there is
          none proves nothing.

        What to do
          Look into that pod: kubectl logs, kubectl exec POD -- ss -lun for what
          listens, targetPort against the server's port. Give it a readiness probe that
          asks the UDP server itself.

        To be told, it needs
          ICMP errors in the capture; an inventory (--inventory).

        A sample
          In captures/B19-endpoint-refuses of the source code a real kernel did it;
          there: stickler analyze . -i . $(cat options)

        References
          Recorded with a real kube-proxy, captures/nftables-vxlan-blackhole in
          Stickler's sources: 9 ICMP errors for 90 lost datagrams.

        """
    )
  }

  @Test func `the list has a line for every mode`() throws {
    let lines = try Self.run(["explain"]).split(separator: "\n")
    #expect(lines.count == 48)
    #expect(
      lines[1]
        == "A1   idle-expiry            explained  A client that was quiet for a while lands on another pod."
    )
    #expect(
      lines[47]
        == "C10  dsr-wrong-source       loss       Answers reach the client from a pod's address and are discarded."
    )
  }

  /// `UPDATE_EXPECTED=1` writes the page anew.
  @Test func `the page of the catalogue is what the program prints`() throws {
    let page = "\(Self.root)/docs/catalogue.md"
    let printed = try Self.run(["explain", "--format", "markdown"])
    // SAFETY: only looked at; no test changes the environment.
    if unsafe getenv("UPDATE_EXPECTED") != nil {
      _ = try Command("sh", ["-c", "\"$0\" \"$@\" >'\(page)'", "printf", "%s", printed])
    }
    let written = try Command("cat", [page]).output
    #expect(printed == written, "docs/catalogue.md is old: run this test with UPDATE_EXPECTED=1")
  }

  @Test func `one mode is printed as markdown alone`() throws {
    let text = try Self.run(["explain", "-f", "markdown", "b18"])
    #expect(text.hasPrefix("## B18 outage-memory\n\nClass: loss. Origin: the cluster.\n"))
    #expect(
      text.hasSuffix(
        "- [kubernetes/kubernetes#136213](https://github.com/kubernetes/kubernetes/issues/136213)\n"
      )
    )
  }
}
