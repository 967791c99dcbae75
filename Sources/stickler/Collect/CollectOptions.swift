import Collector
import CommandLineKit
import Exchange
import Wire

/// What `stickler collect` can be told.
enum CollectOptions {
  static let listen = Option(
    repeating: "listen",
    .listening,
    section: "Agents",
    "where agents are let in: an address with its port, or a port alone (default: 4739, or 4740 with TLS)"
  )
  static let certificate = Option(
    "tls-cert",
    .file,
    section: "Agents",
    "the collector's certificate with its chain, as PEM: agents then speak TLS"
  )
  static let key = Option("tls-key", .file, section: "Agents", "the certificate's key, as PEM")
  static let authorities = Option(
    "tls-ca",
    .file,
    section: "Agents",
    "who signs the agents' certificates, as PEM: an agent with one of these is let in"
  )
  static let tokenFile = Option(
    "token-file",
    .file,
    section: "Agents",
    "a file with the token that agents show"
  )
  static let insecure = Option(
    flag: "insecure",
    section: "Agents",
    "let in agents that show neither a token nor a certificate"
  )
  static let absentAfter = Option(
    "absent-after",
    .duration(in: .seconds(1)...(.seconds(86_400))),
    default: .seconds(10),
    section: "Agents",
    "an agent that is away for longer is a blind spot of the report"
  )
  static let database = Option(
    "db",
    .file,
    default: "stickler.db",
    section: "Files",
    "the history's file; what agents told is logged in the folder FILE.log"
  )
  static let keep = Option(
    "keep",
    .duration(in: .seconds(60)...(.seconds(3_660 * 86_400))),
    default: .seconds(30 * 86_400),
    section: "Files",
    "how long the history is kept"
  )
  static let window = Option(
    "window",
    .duration(in: .seconds(10)...(.seconds(366 * 86_400))),
    default: .seconds(3_600),
    section: "Judging",
    "what ended longer ago is not in the report any more"
  )
  static let mostObservations = Option(
    "max-observations",
    .integer(in: 1_000...100_000_000, "N"),
    default: 1_000_000,
    section: "Judging",
    "keep at most so many observations, of some 400 bytes each; the oldest make room, and are counted"
  )
  static let report = Option(
    "report",
    .file,
    section: "Output",
    "write the last report there instead of standard output"
  )

  static let all: [any OptionDescribing] = [
    listen, certificate, key, authorities, tokenFile, insecure, absentAfter, database, keep, window,
    mostObservations, report,
  ]

  /// All but the inventory.
  static func settings(_ arguments: Arguments) throws(Failure) -> CollectorSettings {
    var settings = CollectorSettings(database: try arguments[database])
    settings.keep = Interval(try arguments[keep])
    settings.window = Interval(try arguments[window])
    settings.mostObservations = try arguments[mostObservations]
    settings.absentAfter = Interval(try arguments[absentAfter])
    settings.refresh = Interval(try arguments[WatchSession.refresh])
    settings.server.token = try token(arguments)
    settings.server.letsAnyoneIn = try arguments[insecure]
    let files = TLSFiles(
      certificate: try arguments[certificate],
      key: try arguments[key],
      authorities: try arguments[authorities]
    )
    let hasTLS = files != TLSFiles()
    guard settings.server.letsAnyoneIn || settings.server.token != nil || files.authorities != nil
    else {
      throw Failure(
        "nothing says which agents may speak: give --token-file, or --tls-ca for their certificates, or --insecure to let "
          + "anyone in"
      )
    }
    var context: TLSContext?
    if hasTLS {
      let isMutual = settings.server.token == nil && !settings.server.letsAnyoneIn
      do throws(TLSError) {
        context = try TLSContext(server: files, isMutual: isMutual)
      } catch {
        throw Failure(error.description)
      }
    }
    var endpoints = try arguments[listen]
    if endpoints.isEmpty {
      endpoints = [Endpoint(IPAddress(high: 0, low: 0), hasTLS ? 4_740 : 4_739)]
    }
    settings.doors = endpoints.map { CollectingServer.Door($0, tls: context) }
    return settings
  }

  /// What the file that an option names holds; nil where none is named.
  static func token(
    _ arguments: Arguments,
    _ option: Option<String?> = tokenFile
  ) throws(Failure) -> String? {
    guard let path = try arguments[option] else { return nil }
    do throws(SecretFile.Problem) {
      return try SecretFile.token(path)
    } catch {
      throw Failure("--\(option.specification.name): \(error)")
    }
  }
}

extension Notation where Value == Endpoint {
  /// `4739`, which is every address, or `10.0.0.1:4739`.
  static var listening: Self {
    Self("[ADDRESS:]PORT") { text throws(Failure) in
      if let port = UInt16(text) { return Endpoint(IPAddress(high: 0, low: 0), port) }
      guard let endpoint = Endpoint(text) else {
        throw Failure("'\(text)' is neither a port nor an address with one")
      }
      return endpoint
    }
  }
}
