"""What really happened, from the logs of the servers and of the clients; never from what was captured."""

import collections
import json


class Truth:
    """Who was served by whom and seen as what.

    placements: datagrams of each (client, front, backend, seen source)
    order: the (backend, seen source) of each (client, front), one after the other
    sent, answered: datagrams of each (client, front)
    """

    def __init__(self, lab):
        self.deaf = lab.deaf
        self.placements = collections.Counter()
        self.order = collections.defaultdict(list)
        self.sent = collections.Counter()
        self.answered = collections.Counter()
        self.results = [traffic.result for traffic in lab.traffic]
        # A client's number and where it asked from, of every client that was.
        self.clients = {}
        for result in self.results:
            for client in result["clients"]:
                self.clients[client["id"]] = (client["local"], result["target"])
        self.received = self._received(lab)
        # Behind a NAT a client is who the pods say it is.
        self.aliases = {}
        for row in self.received:
            client, front = self.clients[row["client"]]
            if lab.has_client_nat:
                client = row["source"]
                self.aliases.setdefault(row["client"], set()).add(client)
            place = (row["destination"], row["source"])
            self.placements[(client, front, *place)] += 1
            order = self.order[(client, front)]
            if not order or order[-1] != place:
                order.append(place)
        for result in self.results:
            for client in result["clients"]:
                session = (self.name(client), result["target"])
                self.sent[session] += client["sent"]
                self.answered[session] += client["answered"]

    def name(self, client):
        """What the cluster calls a client; nothing where it saw it under several names."""
        names = self.aliases.get(client["id"], {client["local"]})
        return next(iter(names)) if len(names) == 1 else None

    def _received(self, lab):
        rows = []
        for path in lab.folder.glob("server-*.jsonl"):
            pod = path.stem.removeprefix("server-")
            for line in path.read_text().splitlines():
                row = json.loads(line)
                if row["event"] == "left-out":
                    raise ValueError(f"{path.name}: the server left lines out of its log")
                if row["event"] == "datagram" and "client" in row:
                    rows.append(row | {"pod": pod})
        return sorted(rows, key=lambda row: row["time"])

    @property
    def moved(self):
        """The sessions that changed their backend or their seen source."""
        return {session for session, places in self.order.items() if len(places) > 1}

    @property
    def split(self):
        """The client addresses whose flows began at different backends."""
        backends = collections.defaultdict(set)
        for (client, _), places in self.order.items():
            backends[client.rpartition(":")[0]].add(places[0][0].rpartition(":")[0])
        return {client.strip("[]") for client, found in backends.items() if len(found) > 1}

    @property
    def unanswered(self):
        return {session for session, sent in self.sent.items() if self.answered[session] < sent}
