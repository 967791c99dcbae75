import Agent
import CommandLineKit
import Correlation
import Exchange
import HTTPService
import Live
import LiveCapture
import System
import Wire

/// What an agent is told to do.
func settings(_ arguments: Arguments) throws(Failure) -> AgentSettings {
  var settings = AgentSettings(node: try CaptureOptions.nodeName(arguments))
  settings.isNameGiven = try arguments[CaptureOptions.node]?.isEmpty == false
  settings.live = try CaptureOptions.settings(arguments)
  settings.live.scope.ports = Set(try arguments[Options.port])
  if settings.live.filter != nil, !settings.live.scope.ports.isEmpty {
    throw Failure("--filter says what to capture, and so does --port: give one of them")
  }
  settings.observer.flowLimit = try arguments[Options.maxFlows]
  settings.collector = try AgentSetup.collector(arguments)
  settings.datagrams = try arguments[Options.datagrams]
  if settings.datagrams?.port == 0 { settings.datagrams?.port = 4739 }
  guard settings.collector != nil || settings.datagrams != nil else {
    throw Failure("nobody to tell: give --collector HOST:PORT or --ipfix-udp HOST:PORT")
  }
  settings.readsFacts = try !arguments[CaptureOptions.noNodeFacts]
  settings.spool = try arguments[Options.spool]
  settings.spoolBytes = UInt64(try arguments[Options.spoolSize])
  if let path = try arguments[Options.keyFile] {
    guard let key = MarkKey(try AgentSetup.secret(path)) else {
      throw Failure("\(path): a key has at least 16 bytes; make one by: openssl rand -hex 32")
    }
    settings.markKey = key
  }
  try AgentSetup.keepEvidence(arguments, &settings)
  settings.end = try arguments[CaptureOptions.stopAfter].map { Instant.now() + Interval($0) }
  return settings
}

/// Parts of what an agent is told, each from its own options.
enum AgentSetup {
  static func collector(_ arguments: Arguments) throws(Failure) -> Exporter.Settings? {
    guard let target = try arguments[Options.collector] else { return nil }
    let files = TLSFiles(
      certificate: try arguments[Options.tlsCertificate],
      key: try arguments[Options.tlsKey],
      authorities: try arguments[Options.tlsAuthorities]
    )
    let name = try arguments[Options.tlsServerName]
    let isTLS = try arguments[Options.tls] || files != TLSFiles() || name != nil
    var settings = Exporter.Settings(
      host: target.host,
      port: target.port > 0 ? target.port : isTLS ? 4740 : 4739
    )
    if isTLS {
      do throws(TLSError) {
        settings.tls = try TLSContext(client: files)
      } catch {
        throw Failure(error.description)
      }
    }
    settings.serverName = name
    if let path = try arguments[Options.tokenFile] { settings.token = try token(path) }
    return settings
  }

  static func keepEvidence(
    _ arguments: Arguments,
    _ settings: inout AgentSettings
  ) throws(Failure) {
    let snapLength = try arguments[Options.evidenceSnapLength]
    guard let bytes = try arguments[Options.evidenceRing] else {
      guard snapLength == nil else {
        throw Failure("--evidence-snaplen is of the frames in a ring: give --evidence-ring too")
      }
      return
    }
    guard settings.collector != nil else {
      throw Failure("--evidence-ring is for a collector that asks: give --collector too")
    }
    settings.evidenceRing = bytes
    settings.evidenceSnapLength = min(
      snapLength ?? settings.live.capture.snapLength,
      settings.live.capture.snapLength,
      RingFrame.mostBytes
    )
    settings.collector?.ringBytes = UInt64(bytes)
  }

  static func access(_ arguments: Arguments, at endpoint: Endpoint) throws(Failure) -> HTTPAccess {
    var secret: String?
    if let path = try arguments[Options.httpTokenFile] { secret = try token(path) }
    let isOpen = try arguments[Options.httpOpen]
    do throws(HTTPFailure) {
      return try HTTPAccess(at: endpoint, token: secret, isOpen: isOpen)
    } catch {
      throw Failure(error.description)
    }
  }

  /// What is needed later: the spool, and some ports.
  static func sandbox(
    _ arguments: Arguments,
    _ settings: AgentSettings,
    _ http: Endpoint?
  ) throws(Failure) -> Sandbox {
    var sandbox = Sandbox(try arguments[Options.sandbox])
    sandbox.writable = [settings.spool].compactMap(\.self)
    // Names may be asked for over TCP too.
    sandbox.connected = Set(
      [53, ProxyPage.endpoint.port, settings.collector?.port].compactMap(\.self)
    )
    sandbox.listened = Set([http?.port].compactMap(\.self))
    return sandbox
  }

  static func token(_ path: String) throws(Failure) -> String {
    do throws(SecretFile.Problem) {
      return try SecretFile.token(path)
    } catch {
      throw Failure(error.description)
    }
  }

  static func secret(_ path: String) throws(Failure) -> [UInt8] {
    do throws(SecretFile.Problem) {
      return try SecretFile.secret(path)
    } catch {
      throw Failure(error.description)
    }
  }
}
