import Companions
import Glibc
import System
import Testing
import Wire

/// The programs themselves, as a user starts them.
@Suite struct CommandTests {
  /// Where SwiftPM has put the programs: beside the tests.
  static let folder = String(
    (CommandLine.arguments.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
      .dropLast().joined(separator: "/")
  )

  static var isBuilt: Bool {
    // SAFETY: the path is a C string during the call.
    unsafe access("\(folder)/stickler-client", X_OK) == 0
  }

  /// Runs a script that knows `$echo`, `$client` and, once `serve OPTIONS` was called, `$port`.
  static func run(_ script: String) -> [String] {
    shell(
      """
      echo="\(folder)/stickler-echo"; client="\(folder)/stickler-client"; log=$(mktemp)
      serve() {
        "$echo" --bind 127.0.0.1 --udp 0 "$@" >"$log" 2>&1 & pid=$!
        for _ in $(seq 100); do grep -q listening "$log" && break; sleep 0.05; done
        port=$(sed -n 's/.*listening udp=127.0.0.1:\\([0-9]*\\) .*/\\1/p' "$log" | head -n1)
      }
      \(script)
      rm -f "$log"
      """
    ).split(separator: "\n").map(String.init)
  }

  @Test(.enabled(if: isBuilt))
  func `programs end as they say, and a server stops when told to`() {
    let lines = Self.run(
      """
      export MY_POD_NAME=a
      serve --answer stun
      "$client" affinity 127.0.0.1:$port -n 2 -i 20ms -d 200ms; echo "affinity $?"
      "$client" affinity 127.0.0.1:$port --wire hello -n 1 -i 20ms -d 100ms --timeout 50ms >/dev/null
      echo "wrong wire $?"
      "$client" hello 127.0.0.1:$port -n 2 -i 10ms --timeout 50ms >/dev/null; echo "hello $?"
      "$client" broadcast -s 127.0.0.1 -p $port -m x --retries 0 --timeout 50ms >/dev/null
      echo "broadcast $?"
      "$client" load 127.0.0.1:$port -r 1000 -d 1s >/dev/null; echo "load $?"
      "$client" affinity no-such-name.invalid 2>/dev/null; echo "no name $?"
      "$client" plan 2>/dev/null; echo "no host $?"
      "$echo" --bind 127.0.0.1 --udp $port 2>&1; echo "taken $?"
      kill -TERM $pid; wait $pid; echo "server $?"
      tail -n1 "$log" | cut -d' ' -f2
      """
    )
    #expect(lines.contains("kept: every client kept its pod and its reflective address"))
    let codes = lines.suffix(11).filter { !$0.hasPrefix("stickler-echo: ") }
    #expect(
      codes == [
        "affinity 0", "wrong wire 2", "hello 2", "broadcast 1", "load 0", "no name 3", "no host 3",
        "taken 3", "server 0", "stopped",
      ]
    )
    #expect(
      lines.contains { $0.hasSuffix("Address already in use; is another server running there?") }
    )
  }

  @Test(.enabled(if: isBuilt))
  func `what cannot be is refused in one line, before anything is sent`() {
    let lines = Self.run(
      """
      "$client" affinity 127.0.0.1 -4 -6 2>&1; echo $?
      "$client" hello 127.0.0.1:0 2>&1; echo $?
      "$client" affinity 127.0.0.1 --at 0,5s,1s 2>&1; echo $?
      "$client" broadcast -s localhost -m "$(head -c 70000 /dev/zero | tr '\\0' x)" 2>&1; echo $?
      "$echo" --bind 127.0.0.1 --udp 2001 --udp 2001=hello 2>&1; echo $?
      "$echo" --bind 127.0.0.1 --tcp 2001 --tcp 2001 2>&1; echo $?
      """
    )
    #expect(
      lines == [
        "stickler-client: --ipv4 and --ipv6: give one of them, or none for both", "3",
        "stickler-client: HOST: '127.0.0.1:0': nobody can be asked at port 0", "3",
        "stickler-client: --at: 1.00 s stands after 5.00 s; give the times as they come", "3",
        "stickler-client: --message: 70032 bytes; a datagram holds 65507 at most", "3",
        "stickler-echo: --udp 2001 is given twice", "3",
        "stickler-echo: --tcp 2001 is given twice", "3",
      ]
    )
  }

  @Test(.enabled(if: isBuilt))
  func `an echo names no pod, and nobody's answer breaks no promise`() {
    let lines = Self.run(
      """
      serve --answer echo
      "$client" affinity 127.0.0.1:$port --wire agnhost -n 2 -i 20ms -d 200ms; echo "affinity $?"
      kill -TERM $pid; wait $pid
      "$client" plan --no-idle --timeout 50ms 127.0.0.1:$port; echo "plan $?"
      "$client" echo --tcp -n 2 127.0.0.1:$port; echo "tcp $?"
      "$client" echo -n 2 --timeout 1s 127.0.0.1:$port; echo "udp $?"
      echo hello | "$client" echo --tcp 127.0.0.1:$port | head -n 1
      """
    ).map {
      $0.replacing(#/[0-9]+ ICMP/#, with: "N ICMP").replacing(#/127.0.0.1:[0-9]+/#, with: "SERVER")
    }
    let words =
      "inconclusive: the server sends back what it is asked: an echo does not say which pod it came from"
    #expect(lines.contains(words))
    #expect(lines.contains("affinity 2"))
    #expect(!lines.contains { $0.contains("hostname") || $0.contains("B13") })
    #expect(
      lines.suffix(7) == [
        "inconclusive: nothing answered, and N ICMP errors came back: a port is closed, or a host unreachable",
        "plan 2",
        "2 sent to SERVER, 0 echoed, 0 different, 0 lost, 2 refused", "tcp 2",
        "2 sent to SERVER, 0 echoed, 0 different, 0 lost, 2 refused", "udp 2",
        "refused: the port is closed, or the host unreachable",
      ]
    )
  }

  @Test(
    .enabled(if: isBuilt),
    arguments: [
      ("hello", "(default: 20001)"), ("plan", "(default: 3478)"), ("load", "(default: 20001)"),
      ("leader", "(default: 12000)"), ("echo", "(default: 5678, over TCP 1234)"),
    ]
  )
  func `the port that is asked without one is no secret`(command: String, port: String) {
    let help = Self.run("\"$client\" \(command) --help").joined(separator: " ")
    #expect(help.split(separator: " ").joined(separator: " ").contains(port))
  }

  @Test(.enabled(if: isBuilt))
  func `both sides log every datagram by its client and number, whatever address it wore`() {
    let lines = Self.run(
      """
      port() { sed -E "s/127.0.0.1:$port/SERVER/g; s/$1([01])/PORT\\1/g"; }
      serve --answer stun --pod-name a --log json --log-datagrams
      port=$(sed -n 's/.*"udp":"127.0.0.1:\\([0-9]*\\)".*/\\1/p' "$log")
      first=$((20000 + $$ % 2000 * 10))
      "$client" affinity 127.0.0.1:$port -n 3 --from 127.0.0.1,127.0.0.2 --from-port $first \\
        --requests 2 -i 20ms --log "$log.client" >/dev/null; echo "affinity $?"
      sed -E 's/.*"event":"([a-z]*)".*"local":"([^"]*)","sequence":([0-9]*).*/\\1 \\2 \\3/' \\
        "$log.client" | port ${first%?} | sort
      sed -nE 's/.*"source":"([^"]*)".*"client":[0-9]*,"sequence":([0-9]*).*/server \\1 \\2/p' \\
        "$log" | port ${first%?} | sort
      grep -c '"pod":"a"' "$log.client"
      "$client" affinity 127.0.0.1:$port --from ::1 2>&1; echo "family $?"
      kill -TERM $pid; wait $pid; rm -f "$log.client"
      """
    )
    #expect(
      lines == [
        "affinity 0",
        "answered 127.0.0.1:PORT0 1", "answered 127.0.0.1:PORT0 2",
        "answered 127.0.0.1:PORT1 1", "answered 127.0.0.1:PORT1 2",
        "answered 127.0.0.2:PORT0 1", "answered 127.0.0.2:PORT0 2",
        "sent 127.0.0.1:PORT0 1", "sent 127.0.0.1:PORT0 2",
        "sent 127.0.0.1:PORT1 1", "sent 127.0.0.1:PORT1 2",
        "sent 127.0.0.2:PORT0 1", "sent 127.0.0.2:PORT0 2",
        "server 127.0.0.1:PORT0 1", "server 127.0.0.1:PORT0 2",
        "server 127.0.0.1:PORT1 1", "server 127.0.0.1:PORT1 2",
        "server 127.0.0.2:PORT0 1", "server 127.0.0.2:PORT0 2",
        "6",
        "stickler-client: --from ::1: the target, 127.0.0.1, is of the other family",
        "family 3",
      ]
    )
  }

  @Test(.enabled(if: isBuilt))
  func `ports, names and answers stand in the environment too`() throws {
    let lines = Self.run(
      """
      export MY_POD_NAME=from-the-environment ANSWER=affinity LOG_FORMAT=text
      serve
      TARGET_ADDR=127.0.0.1 TARGET_PORT=$port "$client" affinity --wire maartensmagic -n 1 -i 10ms \
        -d 100ms
      kill -TERM $pid; wait $pid
      """
    )
    #expect(lines.contains { $0.contains("from-the-environment") })
  }

  @Test(.enabled(if: isBuilt))
  func `the affinity tester's lines are its own`() {
    let lines = Self.run(
      """
      serve --answer affinity
      printf 'TARGET_ADDR=127.0.0.1\\nTARGET_PORT=%s\\n' $port >"$log.list"
      "$client" affinity --wire maartensmagic --style affinity-tester --env-file "$log.list" -n 1 \
        -i 10ms -d 100ms
      kill -TERM $pid; wait $pid; rm -f "$log.list"
      """
    )
    let line = lines.first ?? ""
    #expect(line.hasPrefix("CLIENT-"))
    #expect(line.contains(" established connection: reflective address is 127.0.0.1:"))
  }

  static let canTranslate =
    isBuilt && getuid() == 0 && hasProgram("nft") && hasProgram("conntrack")
    && shell("unshare -n nft list ruleset >/dev/null 2>&1 && echo yes") == "yes\n"

  /// Three pods on one address, chosen at random for each flow by the kernel's own connection tracking.
  @Test(.enabled(if: canTranslate, "needs root, nftables and conntrack"))
  func `real connection tracking moves flows, and the experiments say why`() {
    let lines = shell(
      """
      unshare -n sh -c '
        ip link set lo up
        for i in 1 2 3; do ip addr add 10.244.$i.2/32 dev lo; done
        ip addr add 198.51.100.7/32 dev lo
        nft add table ip nat
        nft add chain ip nat output "{ type nat hook output priority -100; }"
        nft add rule ip nat output ip daddr 198.51.100.7 udp dport 3478 dnat to numgen random mod 3 \
          map "{ 0 : 10.244.1.2, 1 : 10.244.2.2, 2 : 10.244.3.2 }"
        sysctl -qw net.netfilter.nf_conntrack_udp_timeout=2 \
          net.netfilter.nf_conntrack_udp_timeout_stream=4
        for i in 1 2 3; do
          MY_POD_NAME=pod-$i \(Self.folder)/stickler-echo --bind 10.244.$i.2 --udp 3478 --quiet &
          pids="$pids $!"
        done
        sleep 0.5
        \(Self.folder)/stickler-client plan 198.51.100.7 --unreplied-timeout 2s --stream-timeout 4s \
          --margin 1s
        echo "plan $?"
        \(Self.folder)/stickler-client plan 198.51.100.7 --no-idle --client-ip >/dev/null
        echo "client-ip $?"
        (sleep 1; conntrack -F >/dev/null 2>&1) &
        \(Self.folder)/stickler-client affinity 198.51.100.7 -n 12 -i 100ms -d 2s
        echo "affinity $?"
        kill $pids
      ' 2>&1
      """
    ).split(separator: "\n").map(String.init)
    func row(_ name: String) -> String { lines.first { $0.hasPrefix(name) } ?? "" }
    #expect(row("steady").contains(" held "))
    #expect(row("new ports").contains(" spread "))
    #expect(row("idle, new flow, before").contains(" held "))
    let late = row("idle, new flow, after") + row("idle, stream, after")
    #expect(late.contains("A1 idle-expiry"))
    #expect(lines.contains("plan 0"))
    #expect(lines.contains("client-ip 1"))
    #expect(lines.contains { $0.contains(": pod changed \"pod-") })
    #expect(lines.contains("affinity 1"))
  }
}
