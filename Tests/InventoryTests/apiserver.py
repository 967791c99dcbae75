#!/usr/bin/env python3
"""apiserver: a small Kubernetes API server on loopback, for tests: lists in pages, watches, and fails as it is told.

    apiserver.py FOLDER [--pods N | --objects FILE] [--tls NAME] [--client-ca] [--token FILE] [--control FILE]

It listens on a port that the system chooses and writes it to FOLDER/port once it does, and a proxy that leads to it on
FOLDER/proxy-port. Every request is a line of
FOLDER/requests. With --tls it makes a CA and a certificate for NAME in FOLDER, by openssl. --control is a file of
Python that is executed once; its `handle(self, verb, kind, query)` is asked first, with the request's handler, and
answers in the server's place if it returns true. What is written to FOLDER/do.py is executed there too, and removed.
`cluster.put` and `cluster.drop` change objects.
"""

import argparse
import base64
import collections
import http.server
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

KINDS = {
    "/api/v1/pods": ("Pod", "v1"),
    "/api/v1/services": ("Service", "v1"),
    "/api/v1/nodes": ("Node", "v1"),
    "/apis/discovery.k8s.io/v1/endpointslices": ("EndpointSlice", "discovery.k8s.io/v1"),
}


def pod(number, **more):
    name = f"server-{number:05}"
    address = f"10.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
    # As large as a real one: managed fields, volumes, variables and statuses that nobody here reads.
    fields = {f"f:{word}-{place}": {"f:value": {}} for place in range(20) for word in ("env", "port", "mount")}
    return {
        "metadata": {
            "name": name, "namespace": "default", "uid": f"45ef62a3-d9f3-47b8-bc24-{number:012}",
            "creationTimestamp": "2026-11-21T00:21:16Z", "labels": {"app": "server"},
            "managedFields": [{"manager": "kubelet", "operation": "Update", "fieldsV1": fields}],
        },
        "spec": {
            "nodeName": f"n{number % 100}",
            "containers": [{"name": "c", "image": "registry.example/server:1.2.3", "env": [
                {"name": f"VARIABLE_{place}", "value": "x" * 40} for place in range(10)]}],
        },
        "status": {
            "phase": "Running", "podIP": address, "podIPs": [{"ip": address}], "hostIP": "192.168.99.11",
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-21T00:21:18Z"}],
        },
        **more,
    }


def service(name="udp", **spec):
    return {
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"type": "ClusterIP", "clusterIP": "10.96.0.10", "clusterIPs": ["10.96.0.10"],
                 "ports": [{"name": "u", "port": 20001, "protocol": "UDP", "targetPort": 20001}], **spec},
        "status": {"loadBalancer": {}},
    }


def endpoint_slice(name, numbers, of="udp"):
    return {
        "metadata": {"name": name, "namespace": "default", "labels": {"kubernetes.io/service-name": of}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [pod(number)["status"]["podIP"]], "conditions": {"ready": True},
                       "targetRef": {"kind": "Pod", "namespace": "default", "name": pod(number)["metadata"]["name"]}}
                      for number in numbers],
        "ports": [{"name": "u", "port": 20001, "protocol": "UDP"}],
    }


def node(number):
    return {"metadata": {"name": f"n{number}"}, "spec": {"podCIDRs": [f"10.244.{number}.0/24"]},
            "status": {"addresses": [{"type": "InternalIP", "address": f"192.168.99.{number + 1}"}]}}


class Cluster:
    """Objects by path and name, their versions, and everything that ever happened to them."""

    def __init__(self, pods, recording):
        self.changed = threading.Condition()
        self.version = 1000
        self.oldest = 0
        self.objects = {path: {} for path in KINDS}
        self.events = []
        if recording:
            self.load(json.loads(recording.read_text())["items"])
        else:
            self.make(pods)
        self.events.clear()
        self.text = {}

    def make(self, pods):
        for number in range(pods):
            self.put("/api/v1/pods", pod(number))
        self.put("/api/v1/services", service())
        self.put("/apis/discovery.k8s.io/v1/endpointslices", endpoint_slice("udp-abc", range(min(pods, 3))))
        for number in range(3):
            self.put("/api/v1/nodes", node(number))

    def load(self, items):
        """What kubectl printed, as a real server lists it: items do not say their kind."""
        paths = {kind: path for path, (kind, _) in KINDS.items()}
        for item in items:
            del item["apiVersion"]
            self.put(paths[item.pop("kind")], item)

    def put(self, path, item):
        with self.changed:
            self.version += 1
            name = item["metadata"].get("namespace", "") + "/" + item["metadata"]["name"]
            item["metadata"]["resourceVersion"] = str(self.version)
            word = "MODIFIED" if name in self.objects[path] else "ADDED"
            self.objects[path][name] = item
            self.events.append((self.version, path, word, item))
            self.text = {}
            self.changed.notify_all()

    def drop(self, path, name):
        with self.changed:
            self.version += 1
            item = dict(self.objects[path].pop(name))
            item["metadata"] = {**item["metadata"], "resourceVersion": str(self.version)}
            self.events.append((self.version, path, "DELETED", item))
            self.text = {}
            self.changed.notify_all()

    def page(self, path, start, limit):
        """A page's text, kept, so that what is measured is not how fast Python writes JSON."""
        with self.changed:
            key = (path, start, limit)
            if key not in self.text:
                names = sorted(self.objects[path])
                part = names[start:start + limit] if limit else names[start:]
                rest = len(names) - start - len(part)
                metadata = {"resourceVersion": str(self.version)}
                if rest:
                    metadata["continue"] = base64.b64encode(f"{start + len(part)}/+=".encode()).decode()
                    metadata["remainingItemCount"] = rest
                kind, version = KINDS[path]
                self.text[key] = json.dumps({
                    "kind": kind + "List", "apiVersion": version, "metadata": metadata,
                    "items": [self.objects[path][name] for name in part],
                }).encode()
            return self.text[key]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    cluster = None
    control = None
    token = None
    count = collections.Counter()

    def log_message(self, *words):
        pass

    def answer(self, status, value, headers=()):
        text = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def refuse(self, code, reason, message, headers=()):
        self.answer(code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
                           "reason": reason, "message": message}, headers)

    def chunk(self, text):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
        self.wfile.flush()

    def event(self, word, item):
        self.chunk(json.dumps({"type": word, "object": item}).encode() + b"\n")

    def begin_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def cut(self):
        """Ends the connection in the middle of what is said."""
        self.close_connection = True
        try:
            self.connection.shutdown(2)
        except OSError:
            pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        who = self.headers.get("Authorization", "-")
        log(f"{'watch' if 'watch' in query else 'list'} {url.path} {url.query} {who}")
        kind = url.path.rsplit("/", 1)[-1]
        verb = "watch" if "watch" in query else "list"
        self.count[verb, kind] += 1
        if self.token and who != "Bearer " + self.token.read_text().strip():
            if self.control and hasattr(self.control, "unauthorized"):
                self.control.unauthorized(self)
            return self.refuse(401, "Unauthorized", "Unauthorized")
        if self.control and hasattr(self.control, "handle"):
            if self.control.handle(self, verb, kind, query):
                return None
        if url.path not in KINDS:
            return self.refuse(404, "NotFound", "the server could not find the requested resource")
        if verb == "watch":
            return self.watch(url.path, int(query["resourceVersion"]), query)
        start = int(base64.b64decode(query["continue"]).split(b"/")[0]) if "continue" in query else 0
        return self.answer(200, self.cluster.page(url.path, start, int(query.get("limit", 0))))

    def watch(self, path, since, query):
        if since < self.cluster.oldest:
            return self.refuse(410, "Expired", f"too old resource version: {since} ({self.cluster.oldest})")
        self.begin_stream()
        end = time.monotonic() + int(query["timeoutSeconds"])
        try:
            while time.monotonic() < end:
                with self.cluster.changed:
                    news = [e for e in self.cluster.events if e[0] > since and e[1] == path]
                    if not news:
                        self.cluster.changed.wait(0.5)
                for version, _, word, item in news:
                    self.event(word, item)
                    since = version
            self.chunk(b"")
        except OSError:
            self.close_connection = True


def log(line):
    with LOG_LOCK, open(FOLDER / "requests", "a") as file:
        file.write(line + "\n")


def make_certificates(folder, name):
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, cwd=folder, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    (folder / "names").write_text(
        f"subjectAltName={'IP' if name[0].isdigit() else 'DNS'}:{name}\nextendedKeyUsage=serverAuth,clientAuth\n")
    for ca in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                f"{ca}.key", "-out", f"{ca}.crt", "-subj", f"/CN=test {ca}", "-days", "2")
    for owner in ("server", "client"):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                f"{owner}.key", "-out", f"{owner}.csr", "-subj", f"/CN={owner}")
        openssl("x509", "-req", "-in", f"{owner}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                "-out", f"{owner}.crt", "-days", "2", "-extfile", "names")


def obey(file, module):
    """Executes what is written to a file, whenever it is."""
    while True:
        if file.exists():
            exec(file.read_text(), vars(module))
            file.unlink()
        time.sleep(0.01)


class Proxy(http.server.BaseHTTPRequestHandler):
    """Leads every CONNECT to this server, whatever name was asked for."""

    def log_message(self, *words):
        pass

    def do_CONNECT(self):
        log(f"connect {self.path}")
        with socket.create_connection(self.target) as far:
            self.send_response(200)
            self.end_headers()

            def copy(source, sink):
                try:
                    while data := source.recv(65536):
                        sink.sendall(data)
                    sink.shutdown(socket.SHUT_WR)
                except OSError:
                    pass

            there = threading.Thread(target=copy, args=(self.connection, far), daemon=True)
            there.start()
            copy(far, self.connection)
            there.join()
        self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    context = None

    def finish_request(self, request, client_address):
        # The handshake belongs to the connection's own thread: a client that breaks it off keeps nobody waiting.
        try:
            if self.context:
                request = self.context.wrap_socket(request, server_side=True)
            self.RequestHandlerClass(request, client_address, self)
        except (OSError, ssl.SSLError):
            pass
        finally:
            if self.context:
                try:
                    request.close()
                except OSError:
                    pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pods", type=int, default=3)
    parser.add_argument("--objects", type=pathlib.Path)
    parser.add_argument("--tls")
    parser.add_argument("--client-ca", action="store_true")
    parser.add_argument("--token", type=pathlib.Path)
    parser.add_argument("--control", type=pathlib.Path)
    options = parser.parse_args()
    global FOLDER, LOG_LOCK
    FOLDER, LOG_LOCK = options.folder, threading.Lock()
    Handler.cluster = Cluster(options.pods, options.objects)
    Handler.token = options.token
    module = type(sys)("control")
    vars(module).update(
        pod=pod, service=service, endpoint_slice=endpoint_slice, node=node, cluster=Handler.cluster,
        count=Handler.count, folder=options.folder, threading=threading, time=time, os=os,
        PODS="/api/v1/pods", SERVICES="/api/v1/services", NODES="/api/v1/nodes",
        SLICES="/apis/discovery.k8s.io/v1/endpointslices")
    if options.control:
        exec(options.control.read_text(), vars(module))
    Handler.control = module
    threading.Thread(target=obey, args=(options.folder / "do.py", module), daemon=True).start()
    server = Server(("127.0.0.1", 0), Handler)
    if options.tls:
        make_certificates(options.folder, options.tls)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.folder / "server.crt", options.folder / "server.key")
        if options.client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(options.folder / "ca.crt")
        server.context = context
    Proxy.target = server.server_address
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    (options.folder / "proxy-port").write_text(str(proxy.server_address[1]))
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    partial = options.folder / "port.partial"
    partial.write_text(str(server.server_address[1]))
    partial.rename(options.folder / "port")
    # It goes with whoever started it.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()


main()
