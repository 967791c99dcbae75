import Glibc
import TestSupport
import Testing

/// `stickler capture` on veth pairs in a namespace of the test's own.
@Suite(.serialized) struct CaptureTests {
  /// Makes `vethA` and `vethB`; what is sent to 10.9.0.2 leaves the one and arrives at the other.
  static let pair = """
    ip link add vethA type veth peer name vethB
    ip address add 10.9.0.1/24 dev vethA
    ip link set vethA up; ip link set vethB up
    ip neighbour replace 10.9.0.2 lladdr 02:00:00:00:00:02 dev vethA

    """

  /// Waits until the program says that it captures.
  static let untilReady = """
    for i in $(seq 200); do grep -qs capturing "$folder/log" && break; sleep 0.05; done

    """

  @Test(.enabled(if: Namespace.isPossible, Namespace.comment))
  func `what a killed capture had taken is on the disk, in whole records`() throws {
    let folder = try TemporaryFolder()
    let ended = try Namespace.run(
      Self.pair + """
        folder='\(folder.path)'
        $stickler capture -i 'veth*' -w "$folder/ring" --node n1 --block-timeout 20ms 2>"$folder/log" &
        capture=$!
        \(Self.untilReady)
        python3 $tests/traffic.py vethA 10.9.0.2 9000 300 0.001 >"$folder/sent"
        # Longer than the time for which the kernel may hold a block back.
        sleep 0.5
        kill -9 $capture
        wait $capture
        tcpdump -nn -t -A -r "$folder"/ring/* udp dst port 9000 2>/dev/null | grep -c '[0-9]\\{8\\}$'
        $stickler legs -f csv "$folder"/ring/* | grep -c ':9000\\|,9000,'
        rm -r "$folder/ring"
        """
    )
    let counts = ended.output.split(separator: "\n").compactMap { Int($0) }
    // Each at two vantages: out of vethA, into vethB.
    #expect(counts == [600, 2])
    let lines = ended.errors.split(separator: "\n")
    #expect(lines.allSatisfy { $0.contains("Killed") }, "\(ended.errors)")
  }

  @Test(.enabled(if: Namespace.isPossible, Namespace.comment))
  func `interfaces that come and go are followed, others are left alone`() throws {
    let folder = try TemporaryFolder()
    let ended = try Namespace.run(
      """
      folder='\(folder.path)'
      sysctl -q net.ipv6.conf.default.disable_ipv6=1
      ip link add other type veth peer name rehto; ip link set rehto up
      ip link set other up; ip address add 10.8.0.1/24 dev other
      ip neighbour replace 10.8.0.2 lladdr 02:00:00:00:00:02 dev other
      $stickler capture -i 'pod*' -w "$folder/ring" --node n1 2>"$folder/log" &
      capture=$!
      \(Self.untilReady)
      live() {
        ip link add pod$1 type veth peer name peer$1; ip link set peer$1 up
        ip address add 10.9.$1.1/24 dev pod$1
        ip link set pod$1 up
        ip neighbour replace 10.9.$1.2 lladdr 02:00:00:00:00:02 dev pod$1
        # In its first milliseconds a device drops what is sent, before anyone sees it.
        for j in $(seq 200); do
          printf x | nc -u -w0 10.9.$1.2 9000
          ip -s link show peer$1 | awk '/RX:/ { getline; exit !($2 > 0) }' && break
        done
        printf x | nc -u -w0 10.8.0.2 9000
        ip link del pod$1
      }
      for i in $(seq 100); do live $i; done
      # One that is gone before its frames, and the news of it, are read.
      kill -STOP $capture
      live 101
      kill -CONT $capture
      kill $capture
      wait $capture
      echo $?
      # Without times, in which any number may stand.
      tcpdump -nn -t -r "$folder"/ring/* udp dst port 9000 2>/dev/null >"$folder/frames"
      grep -o ' 10\\.9\\.[0-9]*\\.2' "$folder/frames" | sort -u | wc -l
      grep -c ' 10\\.8\\.' "$folder/frames"
      grep -c 'appeared$' "$folder/log"
      grep -c 'is gone$' "$folder/log"
      rm -r "$folder/ring"
      """
    )
    #expect(ended.output == "0\n101\n0\n101\n101\n")
  }

  @Test(.enabled(if: Namespace.isPossible, Namespace.comment))
  func `a ring holds as many files as it may, the last frames, and is one timeline`() throws {
    let folder = try TemporaryFolder()
    let ended = try Namespace.run(
      Self.pair + """
        folder='\(folder.path)'
        run() {
          $stickler capture -i vethA -w "$folder/ring" --ring 64KiBx3 --node n1 2>"$folder/log" &
          capture=$!
          \(Self.untilReady)
          python3 $tests/traffic.py vethA 10.9.0.2 9000 2500 0 $1 >/dev/null
          sleep 0.3
          kill -INT $capture
          wait $capture
        }
        run 0
        run 5000
        ls "$folder/ring" | sed 's/_[0-9]*.pcapng$//'
        cat "$folder"/ring/* | wc -c | awk '{ print ($1 <= 3 * 70000) }'
        for file in "$folder"/ring/*; do
          tcpdump -nn -t -A -r $file udp dst port 9000 2>/dev/null | grep -o '[0-9]\\{8\\}$'
        done >"$folder/numbers"
        tail -n 1 "$folder/numbers"
        # Numbers without a gap, since the ring holds the last ones.
        awk 'NR > 1 && $1 != last + 1 { gaps++ } { last = $1 } END { print gaps + 0 }' "$folder/numbers"
        $stickler analyze "$folder/ring" --format json | grep -c '"name": "n1"'
        rm -r "$folder/ring"
        """
    )
    #expect(ended.errors == "")
    let lines = ended.output.split(separator: "\n")
    #expect(lines.count == 7)
    #expect(lines.prefix(3).allSatisfy { $0.hasPrefix("n1_000") })
    #expect(lines.suffix(4) == ["1", "00007499", "0", "1"])
  }

  @Test(.enabled(if: Namespace.isPossible, Namespace.comment))
  func `what an interface itself loses is told of it, and is no drop of the capture`() throws {
    let folder = try TemporaryFolder()
    let ended = try Namespace.run(
      Self.pair + """
        folder='\(folder.path)'
        # Longer frames leave vethA and are refused at vethB, before anyone there sees them.
        ip link set vethB mtu 600
        ip link add podA type veth peer name podB mtu 600
        ip address add 10.8.0.1/24 dev podA
        ip link set podA up; ip link set podB up
        ip neighbour replace 10.8.0.2 lladdr 02:00:00:00:00:02 dev podA
        $stickler capture -w "$folder/ring" --node n1 2>"$folder/log" &
        capture=$!
        \(Self.untilReady)
        python3 $tests/traffic.py vethA 10.9.0.2 9000 20 0 0 8 >/dev/null
        python3 $tests/traffic.py vethA 10.9.0.2 9000 30 0 20 1200 >/dev/null
        # What a pod's interface lost is known when it is gone, too.
        python3 $tests/traffic.py podA 10.8.0.2 9000 7 0 0 1200 >/dev/null
        ip link del podA
        sleep 0.5
        kill -INT $capture
        wait $capture
        grep -v 'capturing\\|appeared\\|is gone\\|frames captured' "$folder/log"
        $stickler analyze "$folder/ring" --format json >"$folder/report"
        python3 - "$folder/report" <<'PROGRAM'
        import json, sys
        report = json.load(open(sys.argv[1]))
        print(report["capture"]["nodes"][0]["dropped"])
        for spot in report["blind_spots"]:
            if spot["kind"] == "interface-drops": print(spot["where"], "|", spot["effect"])
        PROGRAM
        capinfos "$folder"/ring/* 2>/dev/null | grep -c 'Name = vethB'
        """
    )
    #expect(ended.errors == "")
    let meaning =
      "; the host lost them too, before any capture could see them, so that nothing tells which flows they were of; "
      + "that is no loss in the network"
    let unsent =
      " instead of sending them; a capture may show them as sent; what is lost behind it may have been lost at it, on this "
      + "host and not in the network (at a veth pair both ends count one frame); nothing tells which flows they were of"
    #expect(
      ended.output == """
        stickler: podA itself dropped 7 frames instead of sending them; a capture may show them as sent
        stickler: podB itself lost 7 frames: the kernel did not take 7
        stickler: vethA itself dropped 30 frames instead of sending them; a capture may show them as sent
        stickler: vethB itself lost 30 frames: the kernel did not take 30
        stickler: such drops are no loss in the network, and nothing tells which flows they were of
        0
        podA on n1 | the interface itself dropped 7 frames\(unsent)
        podB on n1 | the interface itself lost 7 frames: the kernel did not take 7\(meaning)
        vethA on n1 | the interface itself dropped 30 frames\(unsent)
        vethB on n1 | the interface itself lost 30 frames: the kernel did not take 30\(meaning)
        1

        """
    )
  }

  @Test(.enabled(if: Namespace.isPossible, Namespace.comment))
  func `a filter that the kernel cannot run is applied here`() throws {
    let folder = try TemporaryFolder()
    let ended = try Namespace.run(
      """
      folder='\(folder.path)'
      ip link add vethA address 02:00:00:00:00:01 type veth peer name vethB address 02:00:00:00:00:02
      ip address add 10.9.0.1/24 dev vethA
      ip link set vethA up; ip link set vethB up
      ip neighbour replace 10.9.0.2 lladdr 02:00:00:00:00:02 dev vethA
      # The kernel does not tell the sender's hardware address.
      $stickler capture -i vethA -i lo --filter 'udp and link[12:4] = 0x02000000 or udp port 4003' -w "$folder/ring" --node n1 2>"$folder/log" &
      capture=$!
      \(Self.untilReady)
      python3 $tests/traffic.py vethA 10.9.0.2 4001 3 0 >/dev/null
      python3 $tests/traffic.py vethA 10.9.0.2 4002 5 0 >/dev/null
      # Loopback shows each datagram twice; one of them is enough.
      python3 $tests/traffic.py lo 127.0.0.1 4003 7 0 >/dev/null
      sleep 0.3
      kill -INT $capture
      wait $capture
      grep -c 'the kernel cannot run the filter' "$folder/log"
      tcpdump -nn -t -r "$folder"/ring/* 2>/dev/null | grep -o '\\.400[123]:' | sort | uniq -c
      rm -r "$folder/ring"
      """
    )
    #expect(ended.errors == "")
    #expect(ended.output == "1\n      3 .4001:\n      5 .4002:\n      7 .4003:\n")
  }

  @Test(.enabled(if: Namespace.isPossible, Namespace.comment))
  func `what cannot be captured is told in one line`() throws {
    let folder = try TemporaryFolder()
    let ended = try Namespace.run(
      """
      $stickler capture -i eth7 -w '\(folder.path)/ring' 2>&1; echo $?
      $stickler capture --filter 'udp prot 53' -w '\(folder.path)/ring' 2>&1; echo $?
      $stickler capture -w /proc/none 2>&1; echo $?
      $stickler capture 2>&1; echo $?
      $stickler capture --node ../n1 -w '\(folder.path)' 2>&1; echo $?
      NODE_NAME=.. $stickler capture -w '\(folder.path)' 2>&1; echo $?
      $stickler capture --node "$(printf 'n\\0331')" -w '\(folder.path)' 2>&1; echo $?
      setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all $stickler capture -w ring 2>&1
      echo $?
      ls '\(folder.path)'
      """
    )
    #expect(
      ended.output == """
        stickler: there is no interface eth7; there are lo (and 'veth*' takes those to come)
        3
        stickler: filter 'udp prot 53': can't parse filter expression: syntax error
        3
        stickler: /proc/none: cannot make this folder: No such file or directory
        3
        stickler: --write DIR is missing
        3
        stickler: --node "../n1": files are named by it, so that it has no / and no control character, and is not . or ..
        3
        stickler: --node "..": files are named by it, so that it has no / and no control character, and is not . or ..
        3
        stickler: --node "n\\u{1B}1": files are named by it, so that it has no / and no control character, and is not . or ..
        3
        stickler: no permission to capture: run as root, or give the program CAP_NET_RAW (setcap cap_net_raw+ep)
        3

        """
    )
  }
}
