import Collector
import CommandLineKit
import HTTPService
import System
import Wire

/// How a collector is asked while it goes on.
enum CollectHTTP {
  /// Where to serve, or not at all.
  enum Place: Hashable, Sendable {
    case at(Endpoint)
    case nowhere
  }

  static let standard = Endpoint(IPAddress(v4: 0x7f00_0001), 9_470)

  static let place = Option(
    "http",
    .serving,
    section: "HTTP",
    "where the report, its page, the API and metrics are served: an address with its port, a port of this machine alone, or off (default: \(standard), if that is free)"
  )
  static let tokenFile = Option(
    "http-token-file",
    .file,
    section: "HTTP",
    "a file with the token that readers show; whoever is not on this machine needs one"
  )
  static let isOpen = Option(
    flag: "http-open",
    section: "HTTP",
    "serve everyone who reaches the address, without a token"
  )

  static let options: [any OptionDescribing] = [place, tokenFile, isOpen]

  /// Serves what is known, or nothing where that is what was asked for.
  static func start(
    _ arguments: Arguments,
    _ state: Locked<CollectorState>,
    _ evidence: EvidenceDesk,
    database: String,
    _ console: borrowing Console
  ) throws(Failure) -> CollectorService? {
    let place = try arguments[place]
    if place == .nowhere { return nil }
    let token = try CollectOptions.token(arguments, tokenFile)
    let endpoint = if case .at(let given) = place { given } else { standard }
    let servesAll = try arguments[isOpen]
    do throws(HTTPFailure) {
      let access = try HTTPAccess(at: endpoint, token: token, isOpen: servesAll)
      let service = try CollectorService(
        at: endpoint,
        access: access,
        database: database,
        evidence: evidence
      ) { state.withLock { $0 } }
      console.report("the report is at http://\(service.endpoint)/")
      return service
    } catch {
      guard place == nil else { throw Failure("--http: \(error)") }
      // Several collectors on one machine do not ask for it.
      console.warn("nothing is served by HTTP: \(error); --http says where, or off")
      return nil
    }
  }
}

extension Notation where Value == CollectHTTP.Place {
  /// `9470`, which is this machine alone, or `10.0.0.1:9470`, or `off`.
  static var serving: Self {
    Self("[ADDRESS:]PORT|off") { text throws(Failure) in
      if text == "off" { return .nowhere }
      if let port = UInt16(text) { return .at(Endpoint(CollectHTTP.standard.address, port)) }
      guard let endpoint = Endpoint(text) else {
        throw Failure("'\(text)' is neither a port, nor an address with one, nor off")
      }
      return .at(endpoint)
    }
  }
}
