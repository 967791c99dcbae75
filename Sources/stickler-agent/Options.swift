import Agent
import CommandLineKit
import Exchange
import Live
import System
import Wire

/// The options of `stickler-agent`, beside those of all programs that capture.
enum Options {
  static let port = Option(
    repeating: "port",
    short: "p",
    .port,
    section: "Capture",
    "a UDP port of a service, a node port or a pod's port: only these are captured (default: all of UDP)"
  )
  static let maxFlows = Option(
    "max-flows",
    .integer(in: 1_000...16_000_000, "N"),
    default: 200_000,
    section: "Capture",
    "keep at most so many flows; the longest idle ones make room, and are counted"
  )
  static let collector = Option(
    "collector",
    short: "c",
    .target,
    environment: "STICKLER_COLLECTOR",
    section: "Collector",
    "where observations go, as IPFIX over TCP (port 4739, or 4740 for TLS)"
  )
  static let tls = Option(
    flag: "tls",
    section: "Collector",
    "speak TLS; implied by each of the files below"
  )
  static let tlsAuthorities = Option(
    "tls-ca",
    .file,
    section: "Collector",
    "who may have signed the collector's certificate, as PEM (default: whom the system trusts)"
  )
  static let tlsCertificate = Option(
    "tls-cert",
    .file,
    section: "Collector",
    "the certificate with which this agent proves itself, as PEM, and its chain"
  )
  static let tlsKey = Option(
    "tls-key",
    .file,
    section: "Collector",
    "that certificate's key, as PEM"
  )
  static let tlsServerName = Option(
    "tls-server-name",
    .text("NAME"),
    section: "Collector",
    "who the collector's certificate has to be for (default: the host of --collector)"
  )
  static let tokenFile = Option(
    "token-file",
    .file,
    section: "Collector",
    "a file with the token that the collector asks for"
  )
  static let keyFile = Option(
    "key-file",
    .file,
    section: "Collector",
    "a file with a secret of 16 bytes or more that all agents share; without it no connection mark is sent"
  )
  static let spool = Option(
    "spool",
    .directory,
    environment: "STICKLER_SPOOL",
    section: "Collector",
    "a folder for what the collector does not have yet (default: 16 MiB of memory)"
  )
  static let spoolSize = Option(
    "spool-size",
    .bytes(in: (1 << 20)...(1 << 40)),
    default: 256 << 20,
    section: "Collector",
    "the most that the spool takes; then the oldest makes room, and is counted"
  )
  static let datagrams = Option(
    "ipfix-udp",
    .target,
    section: "Collector",
    "also send runs that have ended over UDP, for nfcapd, pmacct and their like"
  )
  static let evidenceRing = Option(
    "evidence-ring",
    .bytes(in: (1 << 20)...(1 << 34)),
    environment: "STICKLER_EVIDENCE_RING",
    section: "Evidence",
    "keep the frames captured last in so much memory, for a collector that asks for those behind a finding: with their payloads, as far as --evidence-snaplen (default: none are kept)"
  )
  static let evidenceSnapLength = Option(
    "evidence-snaplen",
    .integer(in: 64...RingFrame.mostBytes, "BYTES"),
    section: "Evidence",
    "keep so much of every frame (default: as much as is captured, --snaplen)"
  )
  static let http = Option(
    "http",
    .httpEndpoint,
    default: Endpoint(IPAddress(v4: 0x7f00_0001), 9550),
    section: "Service",
    "where /metrics, /healthz and /readyz are"
  )
  static let httpTokenFile = Option(
    "http-token-file",
    .file,
    section: "Service",
    "a file with the token that /metrics asks for"
  )
  static let httpOpen = Option(
    flag: "http-open",
    section: "Service",
    "let everyone who reaches the address read it"
  )
  static let noHTTP = Option(flag: "no-http", section: "Service", "serve none of it")
  static let sandbox = Option(
    "sandbox",
    .choice,
    default: Sandbox.Level.bestEffort,
    section: "Service",
    "give up what is not needed once the capture is open: strict goes on with nothing less than all of it"
  )

  static let all: [any OptionDescribing] =
    CaptureOptions.all + [
      port, maxFlows, CaptureOptions.node, CaptureOptions.noNodeFacts, collector, tls,
      tlsAuthorities, tlsCertificate, tlsKey,
      tlsServerName, tokenFile, keyFile, spool, spoolSize, datagrams, evidenceRing,
      evidenceSnapLength, http, httpTokenFile, httpOpen, noHTTP, sandbox,
    ]
}

extension Notation where Value == AgentSettings.Target {
  /// A host, and a port; 0 where none is said.
  static var target: Self {
    Self("HOST[:PORT]", write: { "\($0.host):\($0.port)" }) { text throws(Failure) in
      if let endpoint = Endpoint(text) {
        return AgentSettings.Target(host: "\(endpoint.address)", port: endpoint.port)
      }
      if let address = IPAddress(text) {
        return AgentSettings.Target(host: "\(address)", port: 0)
      }
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      let port = parts.count == 2 ? UInt16(parts[1]) : 0
      guard parts.count <= 2, !parts[0].isEmpty, !text.contains("/"), let port,
        parts.count == 1 || port > 0
      else { throw Failure("'\(text)' is no host with a port, such as collector.example:4739") }
      return AgentSettings.Target(host: String(parts[0]), port: port)
    }
  }
}

extension Notation where Value == Endpoint {
  static var httpEndpoint: Self {
    Self("[IP:]PORT", write: { $0.description }) { text throws(Failure) in
      if let port = UInt16(text) { return Endpoint(IPAddress(v4: 0x7f00_0001), port) }
      guard let endpoint = Endpoint(text) else {
        throw Failure("'\(text)' is neither a port nor an address with one")
      }
      return endpoint
    }
  }
}
