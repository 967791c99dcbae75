internal import Wire

/// Replaces addresses and names so that a report can be shown to strangers.
///
/// Addresses that share a prefix still share one of the same length (the scheme of Crypto-PAn: whether a bit is turned
/// depends on the bits before it and the key), so that subnets stay recognisable. A name always becomes the same word.
public struct Anonymizer {
  private let hash: SipHash
  private var addresses: [IPAddress: IPAddress] = [:]
  /// The names that are known to be some, and what they become; words of a sentence are looked up here.
  private var names: [String: String] = [:]

  public init(key: (UInt64, UInt64)) {
    hash = SipHash(key: key)
  }

  /// A key from a phrase, so that the same phrase gives the same report.
  public init(phrase: String) {
    let bytes = Array(phrase.utf8)
    self.init(
      key: (
        SipHash(key: (0, 0))(bytes), SipHash(key: (0x7374_6963_6b6c_6572, 1))(bytes)
      )
    )
  }

  mutating func callAsFunction(_ address: IPAddress) -> IPAddress {
    guard !address.isUnspecified else { return address }
    if let known = addresses[address] { return known }
    let first = address.isV4 ? 96 : 0
    // What kind of address it is says nothing about whose it is, and a reader needs it.
    let kept = address.isV4 ? (address.isMulticast ? 4 : 0) : (address.isMulticast ? 16 : 3)
    var result = address
    for bit in first + kept..<128 {
      let prefix = address.prefix(bit)
      // The length is hashed with the prefix: one that ends in zeros has the bits of a shorter one, and beside them it
      // would only turn the answer of both over.
      guard hash(UInt64(bit), prefix.high, prefix.low) & 1 == 1 else { continue }
      if bit < 64 {
        result.high ^= 1 << UInt64(63 - bit)
      } else {
        result.low ^= 1 << UInt64(127 - bit)
      }
    }
    addresses[address] = result
    return result
  }

  mutating func callAsFunction(_ endpoint: Endpoint) -> Endpoint {
    Endpoint(self(endpoint.address), endpoint.port)
  }

  /// `default/s3` becomes `ns-1f0c/pod-93aa`: each part by itself, so that what shares a namespace still does.
  mutating func name(_ name: String, _ kind: String) -> String {
    if let known = names[name] { return known }
    let parts = name.split(separator: "/", maxSplits: 1)
    let result =
      parts.count == 2 && kind != "file"
      ? "\(word(String(parts[0]), "ns"))/\(word(String(parts[1]), kind))" : word(name, kind)
    names[name] = result
    return result
  }

  private func word(_ name: String, _ kind: String) -> String {
    let digits = String(hash(name.utf8) & 0xffff_ffff, radix: 16)
    return "\(kind)-\(String(repeating: "0", count: 8 - digits.count))\(digits)"
  }

  /// A sentence with its addresses and names replaced; a name that was not met before is known by its slash.
  mutating func sentence(_ text: String) -> String {
    // A name of several words, as a path may be.
    if let known = names[text] { return known }
    var result = ""
    var token = ""
    for character in text {
      if character.isLetter || character.isNumber || "-_.:/[]".contains(character) {
        token.append(character)
      } else {
        result += replaced(token)
        token = ""
        result.append(character)
      }
    }
    return result + replaced(token)
  }

  private mutating func replaced(_ token: String) -> String {
    guard !token.isEmpty else { return "" }
    var word = token[...]
    while let last = word.last, ".:/".contains(last) { word.removeLast() }
    let tail = token[word.endIndex...]
    if let known = names[String(word)] { return known + tail }
    // A range of addresses, or a front with its protocol.
    if let slash = word.firstIndex(of: "/") {
      let (head, rest) = (String(word[..<slash]), word[slash...])
      if let endpoint = Endpoint(head) { return "\(self(endpoint))\(rest)\(tail)" }
      if let address = IPAddress(head) { return "\(self(address))\(rest)\(tail)" }
      return isName(word) ? name(String(word), "name") + tail : token
    }
    if let endpoint = Endpoint(String(word)) { return "\(self(endpoint))\(tail)" }
    if let address = IPAddress(word) { return "\(self(address))\(tail)" }
    return token
  }

  /// Whether it has the form of a namespaced name, which `and/or` has too: better a word too many than a name.
  private func isName(_ word: Substring) -> Bool {
    let parts = word.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 46
          }
      }
  }
}

extension IPAddress {
  /// The first bits, the others zero.
  fileprivate func prefix(_ length: Int) -> IPAddress {
    let highMask: UInt64 = length >= 64 ? .max : length == 0 ? 0 : .max << UInt64(64 - length)
    let lowMask: UInt64 = length <= 64 ? 0 : .max << UInt64(128 - length)
    return IPAddress(high: high & highMask, low: low & lowMask)
  }
}
