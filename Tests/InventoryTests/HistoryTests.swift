import Cluster
import TestSupport
import Testing
import Wire

/// `stickler inventory --history`: what changes becomes a folder that `--inventory` reads.
@Suite struct HistoryTests {
  /// Shell words that wait for a condition, for three minutes at most.
  private static let until = """
    until_() { for i in $(seq 3600); do eval "$1" && return; sleep 0.05; done; echo "never: $1" >&2; }
    files() { ls "$dir" 2>/dev/null | grep -c '^inventory-.*json$'; }

    """

  private func run(_ script: String, _ server: borrowing APIServer, _ folder: String) throws -> (
    output: String, errors: String, status: Int32
  ) {
    let config = try server.kubeconfig()
    let file = try server.folder.write(
      "script",
      Array(
        """
        dir='\(folder)' stickler='\(Program.path)' config='\(config)' server='\(server.folder.path)'
        do_() { echo "$1" >"$server/do.tmp"; mv "$server/do.tmp" "$server/do.py"; }
        \(Self.until)\(script)
        """.utf8
      )
    )
    return try Program.run("--version >/dev/null; sh '\(file)'")
  }

  @Test func `a snapshot is written whenever something changed, until a signal comes`() throws {
    let server = try APIServer(["--tls", "127.0.0.1"])
    let folder = try TemporaryFolder()
    let ended = try run(
      """
      "$stickler" inventory --kubeconfig "$config" --history "$dir/new" & pid=$!
      dir="$dir/new"
      until_ '[ "$(files)" -ge 1 ]'
      do_ "cluster.put(SLICES, endpoint_slice('udp-abc', [0, 2]))"
      until_ '! grep -q 10.64.0.1 "$dir/$(ls "$dir" | tail -n 1)" || [ "$(grep -c 10.64.0.1 "$dir/$(ls "$dir" | tail -n 1)")" = 1 ]'
      kill -TERM $pid
      wait $pid
      echo "status $?"
      "$stickler" inventory "$dir/$(ls "$dir" | head -n 1)" | grep -c takenAt
      ls "$dir" | grep -v '^inventory-20[0-9-]*T[0-9]*[.][0-9]*Z[.]json$'
      "$stickler" analyze captures/iptables-hostgw-flush --inventory "$dir" -f json | grep -c '"schema"'
      cat "$dir/$(ls "$dir" | tail -n 1)"
      rm -r "$dir"
      """,
      server,
      folder.path
    )
    let lines = ended.output.split(separator: "\n", maxSplits: 3)
    #expect(lines.prefix(3) == ["status 0", "1", "1"])
    let last = try ClusterSnapshot(reading: Array(lines[3].utf8), named: "last")
    #expect(last.endpoints.first?.records.count == 2)
    #expect(
      ended.errors.hasPrefix("stickler: following https://127.0.0.1:\(server.port) into ")
    )
    #expect(ended.errors.split(separator: "\n").count == 1)
  }

  @Test func `the oldest snapshots make room, and files of others stay`() throws {
    let server = try APIServer(["--tls", "127.0.0.1"])
    let folder = try TemporaryFolder()
    _ = try folder.write("inventory-of-mine.json", Array("{}".utf8))
    let ended = try run(
      """
      "$stickler" inventory --kubeconfig "$config" --history "$dir" --keep 2 --for 600s & pid=$!
      for number in 11 12 13 14; do
        newest=$(ls "$dir" | grep 'Z.json' | tail -n 1)
        until_ '[ -n "$(ls "$dir" | grep Z.json | tail -n 1)" ]'
        do_ "cluster.put(PODS, pod($number))"
        until_ "grep -q server-000$number \\"$dir\\"/*Z.json"
      done
      kill -INT $pid
      wait $pid
      echo "status $?"
      ls "$dir" | grep -c 'Z.json$'
      """,
      server,
      folder.path
    )
    #expect(ended.output == "status 0\n2\n", "\(ended.errors)")
    #expect(folder.names.contains("inventory-of-mine.json"))
  }

  @Test(arguments: [
    ("--kubeconfig /dev/null --history d", "/dev/null: names no context of a cluster"),
    ("--kubeconfig /nowhere/config", "/nowhere/config: No such file or directory"),
    (
      "--kubeconfig x file.json",
      "file.json or the API server (--kubeconfig, --context, --api): not both"
    ),
    ("--history d -o x --api", "--history d holds the snapshots; give it or --output, not both"),
    ("--api --at now", "--at tells the time of a FILE; the API server's snapshot has its own"),
  ])
  func `what does not go together is refused`(words: String, expected: String) throws {
    let ended = try Program.run("inventory \(words) </dev/null")
    #expect(ended.errors == "stickler: \(expected)\n")
    #expect(ended.status == 3)
  }
}
