import Affinity
import Cluster
import CommandLineKit
import Wire

/// What `--service` names: a service of the inventory, or an address and port that clients aim at.
enum ServiceWord: Hashable, Sendable {
  case name(ObjectName)
  case front(Endpoint)
}

extension Notation where Value == ServiceWord {
  static var service: Self {
    Self("NS/NAME|IP:PORT") { text throws(Failure) in
      if let front = Endpoint(text) { return .front(front) }
      // A bare address would be a service's name, which may begin with digits.
      if IPAddress(text) == nil, !text.contains(":"), let name = ObjectName(text) {
        return .name(name)
      }
      throw Failure(
        "'\(text)' is neither a service (default/dns) nor an endpoint (203.0.113.1:53, [2001:db8::1]:53)"
      )
    }
  }
}

extension ServiceScope {
  init(_ words: [ServiceWord]) {
    self.init()
    for word in words {
      switch word {
      case .name(let name): names.insert(name)
      case .front(let front): fronts.insert(front)
      }
    }
  }
}
