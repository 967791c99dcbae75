# A node with a service and two pods behind it, in network namespaces of their own; sourced by tests' scripts.
#
# The node is this script's namespace: what comes for 198.51.100.7:20001 goes to pod a, with the node's address as its
# source, until `move` sends everything to pod b and forgets the connections.
set -u
name=lv$$
for member in c a b; do ip netns add $name$member; done
trap 'for member in c a b; do
  ip netns pids $name$member | xargs -r kill 2>/dev/null
  ip netns del $name$member
done' EXIT
sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.default.disable_ipv6=1

join() {
  ip link add veth$1 type veth peer name eth0 netns $name$1
  ip address add $2.1/24 dev veth$1
  ip link set veth$1 up
  ip -n $name$1 link set lo up
  ip -n $name$1 address add $2.2/24 dev eth0
  ip -n $name$1 link set eth0 up
  ip -n $name$1 route add default via $2.1
}
join c 10.1.0
join a 10.2.0
join b 10.3.0

nft -f - <<'RULES'
table ip nat {
  map backend { type ipv4_addr : ipv4_addr; elements = { 198.51.100.7 : 10.2.0.2 } }
  chain in {
    type nat hook prerouting priority -100
    ip daddr 198.51.100.7 udp dport 20001 dnat to ip daddr map @backend
  }
  chain out {
    type nat hook postrouting priority 100
    ip daddr { 10.2.0.2, 10.3.0.2 } udp dport 20001 masquerade
  }
}
RULES

lead() {
  nft 'flush map ip nat backend; add element ip nat backend { 198.51.100.7 : 10.3.0.2 }'
}

move() {
  lead
  conntrack -F 2>/dev/null
}

for member in a b; do
  ip netns exec $name$member python3 -c '
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("0.0.0.0", 20001))
while True:
    data, client = server.recvfrom(2048)
    server.sendto(data, client)' &
done

# Four clients that send COUNT datagrams each, from the ports 40000 to 40003, then move, and as many again: clients_move
# COUNT. They pause for the move alone, however busy the machine is: a long pause would be the cause of a move.
clients_move() { clients $1 0 move; }

# The same, but new flows alone go to pod b, and the clients are silent for SECONDS first: clients_pause COUNT SECONDS.
clients_pause() { clients $1 $2 lead; }

clients() {
  pipes=$(mktemp -d)
  mkfifo $pipes/half $pipes/moved
  ip netns exec ${name}c python3 - $1 $pipes $2 <<'PROGRAM' &
import socket, sys, time

sockets = []
for index in range(4):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.bind(("10.1.0.2", 40000 + index))
    client.settimeout(1)
    sockets.append(client)
count, pipes = int(sys.argv[1]), sys.argv[2]
for number in range(2 * count):
    if number == count:
        open(pipes + "/half", "w").close()
        open(pipes + "/moved").close()
        time.sleep(float(sys.argv[3]))
    for index, client in enumerate(sockets):
        client.sendto(b"client %d says %d" % (index, number), ("198.51.100.7", 20001))
        try:
            client.recv(2048)
        except OSError:
            pass
    time.sleep(0.02)
PROGRAM
  sender=$!
  : <$pipes/half
  $3
  : >$pipes/moved
  wait $sender
  rm -r $pipes
}
sleep 0.3

# What kubectl would say of all this.
inventory='{
  "nodes": { "n1": ["10.1.0.1", "10.2.0.1", "10.3.0.1"] },
  "pods": {
    "default/a": { "node": "n1", "ip": "10.2.0.2" },
    "default/b": { "node": "n1", "ip": "10.3.0.2" }
  },
  "services": {
    "default/echo": { "fronts": ["198.51.100.7:20001/udp"], "backends": ["10.2.0.2:20001", "10.3.0.2:20001"] }
  }
}'

# When that was so: all the time, so that a pod which is left has not ended.
before=$(($(date +%s) - 3600))
after=$((before + 7200))
