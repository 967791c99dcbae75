import TestSupport
import Testing

/// What other tools make of what the agent itself tells of a node that translates.
@Suite(.serialized) struct AgentInteropTests {
  private static let isPossible =
    Namespace.isPossible && Command.path(of: "nft") != nil && Command.path(of: "conntrack") != nil
  private static let hasTools = ["nfcapd", "nfdump", "tshark", "tcpdump"].allSatisfy {
    Command.path(of: $0) != nil
  }

  @Test(
    .enabled(if: isPossible, Namespace.comment),
    .enabled(if: hasTools, "nfdump, tshark or tcpdump is not installed")
  )
  func `nfcapd over UDP and tshark over TCP read where the node's NAT sent datagrams, and when`()
    throws
  {
    let folder = try TemporaryFolder()
    let ended = try Namespace.run(
      """
      . $tests/node.sh
      cd '\(folder.path)'
      chmod 755 .
      mkdir flows
      began=$(date +%s)
      # The tests' threads block signals, and programs that they start inherit that.
      python3 -c 'import os, signal, sys
      signal.pthread_sigmask(signal.SIG_SETMASK, [])
      os.execvp(sys.argv[1], sys.argv[1:])' nfcapd -l flows -b 127.0.0.1 -p 9995 >/dev/null 2>&1 &
      nfcapd=$!
      $stickler collect --insecure --listen 127.0.0.1:4739 --http off --db history.db --format json --report report.json \
        >events 2>collector &
      collector=$!
      tcpdump -Z root -i lo -U --immediate-mode -w tcp.pcap tcp port 4739 2>dump &
      dump=$!
      # FILE TEXT: waits until it is said.
      await() {
        for i in $(seq 200); do grep -qs "$2" $1 && return; sleep 0.05; done
        echo "never said: $2" >&2
      }
      await dump listening
      await collector collecting
      $stickler agent -i 'veth*' -p 20001 --node n1 --no-node-facts --no-http --block-timeout 20ms --spool spool \
        --collector 127.0.0.1:4739 --ipfix-udp 127.0.0.1:9995 2>agent &
      agent=$!
      await agent 'connected to collector'
      clients_move 25
      sleep 0.3
      kill -TERM $agent
      wait $agent
      echo "agent $?"
      kill -TERM $collector
      wait $collector
      sleep 0.2
      kill -TERM $nfcapd
      wait $nfcapd
      kill -KILL $dump
      TZ=UTC nfdump -q -R flows -o 'fmt:%sa|%sp|%da|%dp|%nsa|%nsp|%nda|%ndp|%pkt|%ts|%te' >nfdump.txt
      tshark -r tcp.pcap -d tcp.port==4739,cflow -Y _ws.malformed 2>/dev/null
      tshark -r tcp.pcap -d tcp.port==4739,cflow -Y cflow -T fields -e cflow.srcaddr -e cflow.dstaddr \
        -e cflow.post_natsource_ipv4_address -e cflow.post_natdestination_ipv4_address >tshark.txt 2>/dev/null
      python3 - $began <<'PROGRAM'
      import collections, datetime, json, sys, time

      def moment(text):
          time = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f")
          return time.replace(tzinfo=datetime.timezone.utc).timestamp()

      told = collections.Counter()
      for line in open("nfdump.txt"):
          row = [word.strip() for word in line.split("|")]
          if row[0] != "10.1.0.2" or row[2] != "198.51.100.7":
              continue
          assert row[3] == row[7] == "20001" and int(row[5]) > 0, line
          assert int(sys.argv[1]) - 1 <= moment(row[9]) <= moment(row[10]) <= time.time() + 1, line
          told[row[1], row[4], row[6]] += int(row[8])
      for key in sorted(told):
          print("nfcapd", *key, told[key])
      seen = set()
      for line in open("tshark.txt"):
          columns = [column.split(",") for column in line.rstrip("\\n").split("\\t")]
          if len(columns) == 4:
              seen.update(zip(columns[2], columns[3]))
      print("tshark", *sorted(b for a, b in seen if b.endswith(".0.2") and a.endswith(".0.1")))
      sessions = json.load(open("report.json"))["sessions"]
      print("collector", [s["datagrams"] for s in sessions])
      PROGRAM
      rm -rf flows spool history.db*
      """
    )
    #expect(ended.errors == "")
    #expect(
      ended.output == """
        agent 0
        nfcapd 40000 10.2.0.1 10.2.0.2 25
        nfcapd 40000 10.3.0.1 10.3.0.2 25
        nfcapd 40001 10.2.0.1 10.2.0.2 25
        nfcapd 40001 10.3.0.1 10.3.0.2 25
        nfcapd 40002 10.2.0.1 10.2.0.2 25
        nfcapd 40002 10.3.0.1 10.3.0.2 25
        nfcapd 40003 10.2.0.1 10.2.0.2 25
        nfcapd 40003 10.3.0.1 10.3.0.2 25
        tshark 10.2.0.2 10.3.0.2
        collector [50, 50, 50, 50]

        """
    )
  }
}
